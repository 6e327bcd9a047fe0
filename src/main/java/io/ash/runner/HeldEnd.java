package io.ash.runner;

import io.ash.model.Event;
import io.ash.model.SnapshotPolicy;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells the ends of turns: at once, or, where the agent asks for that, only when the turn's changes
 * are saved. Confined to the runner loop.
 */
final class HeldEnd {
  private static final Duration LONGEST = Duration.ofSeconds(20);

  private final SnapshotPolicy policy;
  private final HostTools tools;
  private final HostSnapshots snapshots;
  private final Consumer<Event> say;
  private @Nullable Event held;

  HeldEnd(SnapshotPolicy policy, HostTools tools, HostSnapshots snapshots, Consumer<Event> say) {
    this.policy = policy;
    this.tools = tools;
    this.snapshots = snapshots;
    this.say = say;
  }

  /**
   * Tells an end; where it waits for the files and they cannot be saved for 20 s, with a notice.
   *
   * @param over runs afterwards, unless {@link #release} came first
   */
  void tell(Event end, Runnable over) {
    if (!policy.everyTurn()) {
      say.accept(end);
      over.run();
      return;
    }
    held = end;
    Limited.within(tools.timers(), LONGEST, snapshots.take())
        .onComplete(
            saved -> {
              if (held == null) {
                return;
              }
              if (saved.failed()) {
                say.accept(
                    NoticeEvent.of(snapshots.notices().failedTurn(saved.cause()), end.turn()));
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
}
