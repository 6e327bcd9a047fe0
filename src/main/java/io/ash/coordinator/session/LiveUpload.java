package io.ash.coordinator.session;

import io.ash.blob.Lanes;
import io.ash.model.Binding;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.wire.RunnerApi;
import io.ash.wire.WriteBundle;
import io.ash.wire.WriteBundle.Then;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.UUID;

/**
 * A bundle on its way into a live sandbox: each part is asked for when the runner has taken the one
 * before, so no more than one is held here. For one thread at a time.
 */
final class LiveUpload {
  private final RunnerApi runner;
  private final Binding binding;
  private final Workspaces.Parts parts;
  private final String transfer = UUID.randomUUID().toString();
  private long sent;
  private boolean over;

  LiveUpload(RunnerApi runner, Binding binding, Workspaces.Parts parts) {
    this.runner = runner;
    this.binding = binding;
    this.parts = parts;
  }

  /** Completes when all of it is in the workspace; fails with nothing changed there. */
  Future<Void> run() {
    return Lanes.repeat(() -> !over, () -> parts.next().compose(this::send))
        .recover(
            cause ->
                call(Buffer.buffer(), Then.FORGET)
                    .transform(forgotten -> Future.failedFuture(told(cause))));
  }

  private Future<Void> send(Buffer part) {
    over = part.length() == 0;
    return call(part, over ? Then.UNPACK : Then.WAIT).onSuccess(taken -> sent += part.length());
  }

  private Future<Void> call(Buffer part, Then then) {
    return runner.writeBundle(new WriteBundle(binding, transfer, sent, part, then));
  }

  /** The bytes are used up, so nobody else can take them where the sandbox went away. */
  private static Throwable told(Throwable cause) {
    return cause instanceof Refused no && no.refusal() == Refusal.SANDBOX_GONE
        ? new Refused(
            Refusal.UNAVAILABLE,
            "The sandbox of the session went away meanwhile and nothing was changed; send the"
                + " bundle again.")
        : cause;
  }
}
