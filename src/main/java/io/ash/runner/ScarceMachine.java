package io.ash.runner;

import io.ash.runner.sandbox.MachineState;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at memory and disk again and again; where memory runs out, it gives sandboxes back, one a
 * round, before the kernel kills one. Confined to the runner loop.
 */
final class ScarceMachine {
  private static final Logger LOG = LoggerFactory.getLogger(ScarceMachine.class);

  private final Room room;
  private final Supplier<Future<Void>> shrink;
  private final Supplier<Future<MachineState>> look;
  private Optional<String> before = Optional.empty();

  /**
   * A look-out.
   *
   * @param shrink gives one sandbox back
   * @param look at the machine
   */
  ScarceMachine(Room room, Supplier<Future<Void>> shrink, Supplier<Future<MachineState>> look) {
    this.room = room;
    this.shrink = shrink;
    this.look = look;
  }

  /** One round. */
  Future<Void> round() {
    return look.get()
        .compose(
            seen -> {
              room.saw(seen);
              say(room.closed());
              return room.mustShrink() ? shrink.get().otherwiseEmpty() : Future.succeededFuture();
            });
  }

  private void say(Optional<String> closed) {
    if (closed.isPresent() && before.isEmpty()) {
      LOG.warn("nothing new is taken until this is over: {}", closed.get());
    } else if (closed.isEmpty() && before.isPresent()) {
      LOG.info("there is room again");
    }
    before = closed;
  }
}
