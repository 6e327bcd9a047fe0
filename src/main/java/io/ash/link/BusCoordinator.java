package io.ash.link;

import static java.time.Duration.ofSeconds;

import io.ash.wire.AppendEvents;
import io.ash.wire.Appended;
import io.ash.wire.AttachSnapshot;
import io.ash.wire.Attached;
import io.ash.wire.CoordinatorApi;
import io.ash.wire.Deregister;
import io.ash.wire.FindBlobs;
import io.ash.wire.GetBlob;
import io.ash.wire.Heartbeat;
import io.ash.wire.HeartbeatReply;
import io.ash.wire.MissingBlobs;
import io.ash.wire.PutBlob;
import io.ash.wire.RegisterRunner;
import io.ash.wire.Registered;
import io.ash.wire.SandboxOpened;
import io.ash.wire.SandboxReleased;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;

/** The coordinator as seen over the bus. Each limit is above what the database may take for it. */
final class BusCoordinator implements CoordinatorApi {
  private static final Duration STATEMENT = ofSeconds(10);
  private static final Duration BLOB = ofSeconds(30);

  private final BusCaller bus;

  BusCoordinator(BusCaller bus) {
    this.bus = bus;
  }

  static CallTable table(CoordinatorApi api) {
    return new CallTable()
        .on(RegisterRunner.class, api::register)
        .on(Heartbeat.class, api::heartbeat)
        .on(Deregister.class, api::deregister)
        .on(AppendEvents.class, api::append)
        .on(SandboxOpened.class, api::opened)
        .on(SandboxReleased.class, api::released)
        .on(FindBlobs.class, api::missingBlobs)
        .on(PutBlob.class, api::putBlob)
        .on(GetBlob.class, api::getBlob)
        .on(AttachSnapshot.class, api::attach);
  }

  @Override
  public Future<Registered> register(RegisterRunner call) {
    return bus.ask(call, STATEMENT);
  }

  @Override
  public Future<HeartbeatReply> heartbeat(Heartbeat call) {
    return bus.ask(call, STATEMENT);
  }

  @Override
  public Future<Void> deregister(Deregister call) {
    return bus.ask(call, STATEMENT);
  }

  @Override
  public Future<Appended> append(AppendEvents call) {
    return bus.ask(call, STATEMENT);
  }

  @Override
  public Future<Void> opened(SandboxOpened call) {
    return bus.ask(call, STATEMENT);
  }

  @Override
  public Future<Void> released(SandboxReleased call) {
    return bus.ask(call, STATEMENT);
  }

  @Override
  public Future<MissingBlobs> missingBlobs(FindBlobs call) {
    return bus.ask(call, STATEMENT);
  }

  @Override
  public Future<Void> putBlob(PutBlob call) {
    return bus.ask(call, BLOB);
  }

  @Override
  public Future<Buffer> getBlob(GetBlob call) {
    return bus.ask(call, BLOB);
  }

  @Override
  public Future<Attached> attach(AttachSnapshot call) {
    return bus.ask(call, STATEMENT);
  }
}
