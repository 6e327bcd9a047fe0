package io.ash.runner;

import io.ash.model.Notice;
import io.ash.wire.SnapshotRef;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Tells the user of a session whether its files can be saved: once when they cannot, which a single
 * failure does not mean yet, and once when they can again. Confined to the runner loop.
 */
final class SavingNotices {
  private Consumer<Notice> ear = notice -> {};
  private int failures;
  private boolean troubled;

  void listen(Consumer<Notice> listener) {
    ear = listener;
  }

  /** A snapshot could not be taken. */
  void failed(Throwable cause) {
    if (++failures > 1 && !troubled) {
      troubled = true;
      ear.accept(
          Notice.of(
              "workspace_not_saved",
              "Changes of the files cannot be saved at the moment: " + cause.getMessage(),
              "They are in the sandbox and are saved as soon as that is possible again."));
    }
  }

  /** A durable turn ended without its changes being saved; what to tell in that turn. */
  Notice failedTurn(Throwable cause) {
    troubled = true;
    return Notice.of(
        "workspace_not_saved",
        "This turn is over, but its changes could not be saved: " + cause.getMessage(),
        "They are in the sandbox and are saved as soon as that is possible again.");
  }

  /** A snapshot was attached. */
  void saved() {
    failures = 0;
    if (troubled) {
      troubled = false;
      ear.accept(Notice.of("workspace_saved", "The changes of the files are saved now.", null));
    }
  }

  /** The sandbox goes, and its files stay on the runner. */
  static Notice kept(Throwable cause) {
    return Notice.of(
        "workspace_kept",
        "The last changes of the files could not be saved ("
            + cause.getMessage()
            + "); they are kept on the runner and come back with the session.",
        null);
  }

  /** Tells what the files began with, where that is not just the newest snapshot. */
  void began(SessionFiles.Basis basis) {
    SnapshotRef from = basis.snapshot();
    if (basis.recovered()) {
      ear.accept(
          Notice.of(
              "workspace_recovered",
              "Changes that could not be saved before had been kept on the runner; they are in the"
                  + " files again.",
              null));
    } else if (basis.kept() != null) {
      ear.accept(
          Notice.of(
              "workspace_changes_lost",
              "Changes up to turn "
                  + basis.kept().since().coversTurn()
                  + " that could not be saved had been kept on the runner; the files were changed"
                  + " otherwise since then, so they are not used.",
              "Look at what those turns changed and repeat it where it is missing."));
    }
    if (from != null && basis.damage() != null) {
      ear.accept(
          new Notice(
              "workspace_restored_from_previous",
              "The newest snapshot of the workspace cannot be read ("
                  + basis.damage()
                  + "); the one before is used. It has the changes of turns up to "
                  + from.coversTurn()
                  + ".",
              "Look at what the last turns changed and repeat it where it is missing.",
              Map.of("workspaceAt", from.coversSeq(), "turnsNotInWorkspace", from.turnsSince())));
    }
  }
}
