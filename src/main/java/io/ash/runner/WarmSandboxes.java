package io.ash.runner;

import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.time.Backoff;
import io.ash.time.Confined;
import io.ash.wire.OpenSandbox;
import io.ash.wire.WarmSpec;
import io.ash.wire.WarmWish;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sandboxes that wait for sessions, as many of each kind as is wished. A session that asks for
 * exactly one of them gets it; they are the first to make way. Confined to the runner loop.
 */
final class WarmSandboxes implements Lodgings {
  private static final Logger LOG = LoggerFactory.getLogger(WarmSandboxes.class);
  private static final int AT_ONCE = 2;
  private static final Duration AFTER_A_CLAIM = Duration.ofMillis(20);

  private final String runner;
  private final UUID incarnation;
  private final HostTools tools;
  private final Lodgings cold;
  private final Spares spares;
  private final Predicate<WarmSpec> room;
  private final List<WarmSandbox> all = new ArrayList<>();
  private final Map<WarmSpec, Backoff> failing = new HashMap<>();
  private final Set<WarmSpec> resting = new HashSet<>();
  private final Confined loop = new Confined();
  private List<WarmWish> wishes = List.of();
  private int going;
  private long hits;
  private boolean closed;

  /**
   * None yet.
   *
   * @param cold for sessions that none of them fits
   * @param room whether there is room for another that nobody has asked for
   */
  WarmSandboxes(
      String runner,
      UUID incarnation,
      HostTools tools,
      Lodgings cold,
      Spares spares,
      Predicate<WarmSpec> room) {
    this.runner = runner;
    this.incarnation = incarnation;
    this.tools = tools;
    this.cold = cold;
    this.spares = spares;
    this.room = room;
  }

  /** Those that are being prepared. */
  int warming() {
    return (int) all.stream().filter(w -> !w.ready()).count();
  }

  /** Those a session can have, and those that are going. */
  int warm() {
    return all.size() - warming() + going;
  }

  /** What those here ask for. */
  List<WarmSpec> specs() {
    return all.stream().map(WarmSandbox::spec).toList();
  }

  /** Sessions that were given one. */
  long hits() {
    return hits;
  }

  /** Takes what is wished from now on. */
  void wish(List<WarmWish> newest) {
    loop.check();
    wishes = List.copyOf(newest);
    failing.keySet().retainAll(newest.stream().map(WarmWish::spec).toList());
    arrange();
  }

  @Override
  public Future<Lodging> take(OpenSandbox call) {
    loop.check();
    Optional<WarmSandbox> found = all.stream().filter(w -> w.fits(call)).findFirst();
    if (found.isEmpty()) {
      return cold.take(call);
    }
    WarmSandbox mine = found.get();
    all.remove(mine);
    tools.timers().once(AFTER_A_CLAIM, this::arrange);
    return mine.give(call)
        .onSuccess(given -> hits++)
        .recover(
            e ->
                mine.vacate()
                    .transform(
                        gone ->
                            Future.failedFuture(
                                e instanceof IllegalArgumentException
                                    ? new Refused(
                                        Refusal.INVALID_REQUEST, String.valueOf(e.getMessage()))
                                    : e)));
  }

  /** Gives one up; completes when nothing of it is left. Fails where there is none. */
  Future<Void> giveUp() {
    return all.isEmpty()
        ? Future.failedFuture("no sandbox is kept ready")
        : remove(all.get(all.size() - 1));
  }

  /** Whether a session that is opened so would get one. */
  boolean has(OpenSandbox call) {
    return all.stream().anyMatch(w -> w.fits(call));
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  /** Gives all up and keeps none any more. */
  Future<Void> close() {
    closed = true;
    List<Future<Void>> gone = List.copyOf(all).stream().map(this::remove).toList();
    return gone.isEmpty() ? Future.succeededFuture() : Future.join(gone).mapEmpty();
  }

  private Future<Void> remove(WarmSandbox one) {
    loop.check();
    all.remove(one);
    going++;
    return one.vacate().onComplete(done -> going--);
  }

  private void arrange() {
    loop.check();
    Map<WarmSpec, Integer> left = new HashMap<>();
    wishes.forEach(w -> left.put(w.spec(), w.count()));
    for (WarmSandbox one : List.copyOf(all)) {
      if (left.merge(one.spec(), -1, Integer::sum) < 0) {
        remove(one);
      }
    }
    for (WarmWish wish : wishes) {
      WarmSpec spec = wish.spec();
      while (left.getOrDefault(spec, 0) > 0
          && !closed
          && !resting.contains(spec)
          && warming() < AT_ONCE
          && room.test(spec)) {
        left.merge(spec, -1, Integer::sum);
        prepare(spec);
      }
    }
  }

  private void prepare(WarmSpec spec) {
    WarmSandbox one = new WarmSandbox(spec, runner, incarnation, tools);
    all.add(one);
    one.prepare(spares)
        .onComplete(
            done -> {
              if (!all.contains(one)) {
                return; // it was given up meanwhile
              }
              if (done.succeeded()) {
                failing.remove(spec);
                arrange();
              } else {
                failed(one, done.cause());
              }
            });
  }

  private void failed(WarmSandbox one, Throwable cause) {
    WarmSpec spec = one.spec();
    Duration wait =
        failing
            .computeIfAbsent(spec, s -> new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(5)))
            .next();
    LOG.atWarn()
        .addKeyValue("agent", spec.agent().name())
        .addKeyValue("cause", cause.getMessage())
        .log("a sandbox could not be kept ready; the next try comes in {} s", wait.toSeconds());
    resting.add(spec);
    remove(one);
    tools
        .timers()
        .once(
            wait,
            () -> {
              resting.remove(spec);
              arrange();
            });
  }
}
