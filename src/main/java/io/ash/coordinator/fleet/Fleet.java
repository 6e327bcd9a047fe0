package io.ash.coordinator.fleet;

import io.ash.coordinator.store.FleetStore;
import io.ash.coordinator.store.FleetStore.RunnerRow;
import io.ash.model.Binding;
import io.ash.model.PoolStats;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.model.RunnerStatus;
import io.ash.wire.Deregister;
import io.ash.wire.Heartbeat;
import io.ash.wire.HeartbeatReply;
import io.ash.wire.RegisterRunner;
import io.ash.wire.Registered;
import io.ash.wire.RunnerApi;
import io.ash.wire.RunnerDirectory;
import io.ash.wire.WarmWish;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Registers runners, keeps their leases and finds the way to them. Thread-safe. */
public final class Fleet {
  private static final Logger LOG = LoggerFactory.getLogger(Fleet.class);

  private final FleetStore store;
  private final RunnerDirectory directory;
  private final FleetConfig config;
  private final Runnable changed;
  private final Evictions evictions = new Evictions(this);
  private final WarmShares warm = new WarmShares();
  private final Map<String, Address> addresses = new ConcurrentHashMap<>();

  /**
   * @param changed told when sessions may have lost their runner
   */
  public Fleet(FleetStore store, RunnerDirectory directory, FleetConfig config, Runnable changed) {
    this.store = store;
    this.directory = directory;
    this.config = config;
    this.changed = changed;
  }

  private record Address(String host, int port) {}

  /**
   * Takes one boot of a runner in; sessions of its earlier boots are let go by the next sweep, at
   * once.
   */
  public Future<Registered> register(RegisterRunner call) {
    return store
        .register(call, config.lease().toMillis())
        .map(
            ignored -> {
              addresses.put(call.runner(), new Address(call.host(), call.port()));
              LOG.atInfo()
                  .addKeyValue("runner", call.runner())
                  .addKeyValue("incarnation", call.incarnation())
                  .addKeyValue("slots", call.maxSandboxes())
                  .log("runner registered");
              changed.run();
              return new Registered(config.lease().toMillis(), config.beat().toMillis());
            });
  }

  /** Renews a lease and names what the runner holds without right. */
  public Future<HeartbeatReply> heartbeat(Heartbeat call) {
    long lease = config.lease().toMillis();
    long beat = config.beat().toMillis();
    return store
        .beat(call, StatsCodec.encode(call.stats()), lease)
        .map(
            found -> {
              if (found.isEmpty()) {
                return new HeartbeatReply(false, lease, beat, false, List.of(), List.of());
              }
              FleetStore.Beat b = found.get();
              return new HeartbeatReply(
                  true,
                  lease,
                  beat,
                  b.status() == RunnerStatus.DRAINING,
                  b.drop(),
                  warm.of(call.runner()));
            });
  }

  /** Lets a runner leave. */
  public Future<Void> deregister(Deregister call) {
    return store
        .deregister(call.runner(), call.incarnation())
        .map(
            ignored -> {
              warm.left(call.runner());
              LOG.atInfo().addKeyValue("runner", call.runner()).log("runner left");
              changed.run();
              return null;
            });
  }

  /**
   * Takes which sandboxes are to be kept ready in the whole fleet; runners hear it as they beat.
   */
  public void wish(List<WarmWish> wishes) {
    warm.wish(wishes);
  }

  /** The interface of the runner that holds a session. */
  public Future<RunnerApi> reach(Binding binding) {
    Address known = addresses.get(binding.runner());
    if (known != null) {
      return Future.succeededFuture(directory.runner(binding.runner(), known.host(), known.port()));
    }
    return store
        .runners()
        .compose(
            all -> {
              for (RunnerRow r : all) {
                addresses.put(r.id(), new Address(r.host(), r.port()));
              }
              Address found = addresses.get(binding.runner());
              return found == null
                  ? Future.failedFuture(
                      new Refused(Refusal.SANDBOX_GONE, "The runner of this session is gone."))
                  : Future.succeededFuture(
                      directory.runner(binding.runner(), found.host(), found.port()));
            });
  }

  /** The interface of a runner whose address is at hand. */
  public RunnerApi reach(String runner, String host, int port) {
    addresses.put(runner, new Address(host, port));
    return directory.runner(runner, host, port);
  }

  /** Runners that are alive. */
  public Future<List<RunnerRow>> runners() {
    return store.runners();
  }

  /**
   * Makes room for another sandbox in a full fleet; fails with {@link Refused} where there is none
   * to be had.
   */
  public Future<Void> makeRoom() {
    return evictions.makeRoom();
  }

  /** Sandboxes of one runner, as it last said. */
  public static PoolStats stats(RunnerRow runner) {
    return StatsCodec.decode(runner.stats(), runner.cap());
  }
}
