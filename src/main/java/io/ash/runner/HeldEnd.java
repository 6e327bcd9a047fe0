package io.ash.runner;

import io.ash.model.Event;
import io.ash.model.Notice;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The end of a turn that is told only when the turn's changes are saved. Confined to the runner
 * loop.
 */
final class HeldEnd {
  private static final Duration LONGEST = Duration.ofSeconds(20);

  private final HostTools tools;
  private final HostSnapshots snapshots;
  private final Consumer<Event> say;
  private @Nullable Event held;

  HeldEnd(HostTools tools, HostSnapshots snapshots, Consumer<Event> say) {
    this.tools = tools;
    this.snapshots = snapshots;
    this.say = say;
  }

  /**
   * Tells an end once the files are saved, or, with a notice, when they could not be for 20 s.
   *
   * @param over runs afterwards, unless {@link #release} came first
   */
  void hold(Event end, Runnable over) {
    held = end;
    Limited.within(tools.timers(), LONGEST, snapshots.take())
        .onComplete(
            saved -> {
              if (held == null) {
                return;
              }
              if (saved.failed()) {
                say.accept(NoticeEvent.of(notSaved(saved.cause()), end.turn()));
              }
              release();
              over.run();
            });
  }

  /** Tells the end that is held, if one is, without waiting any longer. */
  void release() {
    Event end = held;
    if (end != null) {
      held = null;
      say.accept(end);
    }
  }

  private static Notice notSaved(Throwable cause) {
    return Notice.of(
        "workspace_not_saved",
        "This turn is over, but its changes could not be saved: " + cause.getMessage(),
        "They are in the sandbox and are saved as soon as that is possible again.");
  }
}
