package io.ash.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ash.model.Binding;
import io.ash.model.PoolStats;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.model.SessionId;
import io.ash.runner.sandbox.MachineState;
import io.ash.wire.CloseSandbox;
import io.ash.wire.Exec;
import io.ash.wire.ExecResult;
import io.ash.wire.Hosted;
import io.ash.wire.MakeRoom;
import io.ash.wire.OpenSandbox;
import io.ash.wire.ProbeSandbox;
import io.ash.wire.RegisterRunner;
import io.ash.wire.SandboxOpened;
import io.ash.wire.SandboxReleased;
import io.ash.wire.SnapshotRef;
import io.ash.wire.WarmSpec;
import io.ash.wire.WarmWish;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class RunnerTest extends HostTest {
  private final List<FakeQuarters> taken = new ArrayList<>();
  private final List<OpenSandbox> spared = new ArrayList<>();
  private final List<OpenSandbox> bound = new ArrayList<>();
  private final Map<String, String> preset = new LinkedHashMap<>();
  private ExecResult scriptResult = ExecResult.exited(0, "", "");
  private Future<Void> beforeTaking = Future.succeededFuture();
  private final PoolConfig config =
      new PoolConfig(2, Duration.ofMinutes(5), Duration.ofMinutes(30), 500, 2, 100);
  private final Room room = new Room(config, 64);
  private final Runner runner = new Runner("r", BOOT, config, room, tools, this::take, this::spare);

  private Future<Lodgings.Lodging> take(OpenSandbox call) {
    return beforeTaking.map(
        v -> {
          FakeQuarters fresh = new FakeQuarters();
          fresh.files.putAll(preset);
          fresh.execResult = scriptResult;
          coordinator.store("m" + fresh.files.hashCode(), Buffer.buffer());
          taken.add(fresh);
          return new Lodgings.Lodging(fresh, jsonl);
        });
  }

  private Future<Spares.Spare> spare(OpenSandbox nobody) {
    spared.add(nobody);
    return take(nobody)
        .map(
            lodging ->
                new Spares.Spare(
                    lodging,
                    call -> {
                      bound.add(call);
                      return lodging;
                    }));
  }

  private Binding bind(SessionId of) {
    return coordinator.bind(of, "r", BOOT);
  }

  private Future<Void> open(Binding binding) {
    Future<Void> acknowledged = runner.open(open(binding, "{}", null));
    run();
    return acknowledged;
  }

  @Test
  void reportsWhatBecameOfASandbox() {
    Binding binding = bind(session);
    assertThat(open(binding).succeeded()).isTrue();
    SandboxOpened report = coordinator.opened().get(0);
    assertThat(report.failure()).isNull();
    assertThat(report.facts()).contains("\"isolation\":\"fake\"").contains("\"runtime\":\"jsonl\"");
    assertThat(runner.hosted()).containsExactly(new Hosted(session, binding.epoch()));
  }

  @Test
  void isTouchedOnItsOwnLoopOnly() {
    open(bind(session));
    assertThatThrownBy(() -> CompletableFuture.runAsync(runner::stats).join())
        .hasRootCauseInstanceOf(IllegalStateException.class)
        .hasMessageContaining("was touched on");
  }

  @Test
  void reportsWhatItFindsOutAfterItHasAcknowledged() {
    Promise<Void> slow = Promise.promise();
    beforeTaking = slow.future();
    Binding binding = bind(session);
    assertThat(open(binding).succeeded()).isTrue();
    assertThat(coordinator.opened()).isEmpty();

    slow.fail(new Refused(Refusal.RUNTIME_NOT_AVAILABLE, "install it"));
    run();
    SandboxOpened report = coordinator.opened().get(0);
    assertThat(report.failure()).isEqualTo("install it");
    assertThat(report.code()).isEqualTo("runtime_not_available");
    assertThat(runner.hosted()).isEmpty();
    assertThat(runner.stats().warming()).isZero();
  }

  @Test
  void repeatsItsReportUntilItIsAnswered() {
    Binding binding = bind(session);
    coordinator.failNext(3);
    open(binding);
    assertThat(coordinator.opened()).isEmpty();
    pass(Duration.ofSeconds(5));
    assertThat(coordinator.opened()).hasSize(1);
  }

  @Test
  void opensTheSameSandboxOnce() {
    Binding binding = bind(session);
    open(binding);
    assertThat(open(binding).succeeded()).isTrue();
    assertThat(taken).hasSize(1);
  }

  @Test
  void reportsWhyNothingCameOfASandboxAndRemovesIt() {
    Promise<Void> furniture = Promise.promise();
    beforeTaking = Future.succeededFuture();
    Binding binding = bind(session);
    Runner failing =
        new Runner(
            "r",
            BOOT,
            config,
            room,
            tools,
            call -> {
              quarters.furnished = furniture.future();
              return Future.succeededFuture(new Lodgings.Lodging(quarters, jsonl));
            },
            this::spare);
    failing.open(open(binding, "{}", null));
    furniture.fail("disk on fire");
    run();

    SandboxOpened report = coordinator.opened().get(0);
    assertThat(report.failure()).contains("disk on fire");
    assertThat(report.code()).isEqualTo("sandbox_failed");
    assertThat(quarters.vacated).isTrue();
    assertThat(failing.hosted()).isEmpty();
  }

  @Test
  void refusesMoreThanItHasRoomFor() {
    open(bind(SessionId.random()));
    open(bind(SessionId.random()));
    assertThat(refusal(open(bind(session)))).isEqualTo(Refusal.NO_CAPACITY);
    assertThat(runner.stats()).isEqualTo(new PoolStats(0, 0, 0, 2, 0, 2, 0, 0));
  }

  @Test
  void countsSandboxesThatAreOnlyBeingTaken() {
    Promise<Void> slow = Promise.promise();
    beforeTaking = slow.future();
    open(bind(SessionId.random()));
    open(bind(SessionId.random()));
    assertThat(refusal(open(bind(session)))).isEqualTo(Refusal.NO_CAPACITY);
    slow.complete();
    run();
    assertThat(runner.stats().waiting()).isEqualTo(2);
  }

  @Test
  void answersOnlyForExactlyWhatItHolds() {
    Binding mine = bind(session);
    open(mine);
    for (Binding other :
        List.of(
            new Binding(session, "x", BOOT, mine.epoch()),
            new Binding(session, "r", new UUID(1, 1), mine.epoch()),
            new Binding(session, "r", BOOT, mine.epoch() + 1),
            new Binding(session, "r", BOOT, mine.epoch() - 1),
            new Binding(SessionId.random(), "r", BOOT, mine.epoch()))) {
      assertThat(refusal(runner.probe(new ProbeSandbox(other)))).isEqualTo(Refusal.SANDBOX_GONE);
      assertThat(refusal(runner.startTurn(turn(other, 1)))).isEqualTo(Refusal.SANDBOX_GONE);
      assertThat(refusal(runner.close(new CloseSandbox(other, false, "x"))))
          .isEqualTo(Refusal.SANDBOX_GONE);
    }
    assertThat(runner.probe(new ProbeSandbox(mine)).succeeded()).isTrue();
  }

  @Test
  void makesWayForAHigherEpochOfTheSameSession() {
    Binding old = bind(session);
    open(old);
    Binding next = bind(session);
    open(next);
    assertThat(taken.get(0).vacated).isTrue();
    assertThat(taken.get(1).vacated).isFalse();
    assertThat(runner.hosted()).containsExactly(new Hosted(session, next.epoch()));
    assertThat(refusal(open(old))).isEqualTo(Refusal.SANDBOX_GONE);
  }

  @Test
  void dropsWhatIsNotItsOwnAnyMore() {
    Binding binding = bind(session);
    open(binding);
    runner.drop(List.of(new Hosted(session, binding.epoch() + 1)));
    assertThat(runner.hosted()).hasSize(1);
    runner.drop(List.of(new Hosted(session, binding.epoch())));
    assertThat(runner.hosted()).isEmpty();
    assertThat(taken.get(0).scans).isZero();
  }

  @Test
  void countsByWhatSandboxesDo() {
    Binding one = bind(session);
    open(one);
    runner.startTurn(turn(one, 1));
    assertThat(runner.stats().running()).isEqualTo(1);
    taken.get(0).agent().says("{\"type\":\"done\"}");
    assertThat(runner.stats().waiting()).isEqualTo(1);
  }

  @Test
  void givesBackSandboxesThatWaitTooLong() {
    Binding binding = bind(session);
    open(binding);
    Binding unused = bind(SessionId.random());
    open(unused);
    runner.startTurn(turn(binding, 1));
    taken.get(0).agent().says("{\"type\":\"done\"}");
    change(taken.get(0), "changed");
    run();
    timers.advance(Duration.ofMinutes(29));
    run();
    runner.tidyIdle();
    assertThat(runner.hosted()).hasSize(2);
    timers.advance(Duration.ofMinutes(2));
    runner.tidyIdle();
    run();

    assertThat(runner.hosted()).as("one that was never used waits as well").isEmpty();
    assertThat(coordinator.snapshot(session)).isNotNull();
    assertThat(coordinator.released())
        .containsExactlyInAnyOrder(
            new SandboxReleased(binding, "idle", 1), new SandboxReleased(unused, "idle", 0));
  }

  private WarmSpec spec(String tenant, boolean settled, Map<String, String> env) {
    OpenSandbox like = open(bind(SessionId.random()), "{}", null);
    return new WarmSpec(tenant, like.blobKey(), like.agent(), like.runtime(), env, settled);
  }

  private void keepWarm(WarmSpec spec, int count) {
    runner.keepWarm(List.of(new WarmWish(spec, count)));
    run();
  }

  @Test
  void givesASessionTheSandboxThatWaitsForIt() {
    keepWarm(spec("default", true, Map.of()), 1);
    assertThat(runner.stats()).isEqualTo(new PoolStats(0, 0, 1, 0, 0, 2, 0, 0));
    assertThat(taken.get(0).processes).as("its agent runs already").hasSize(1);
    assertThat(taken.get(0).agent().written).as("and has heard nothing").isEmpty();
    taken.get(0).agent().says("{\"type\":\"message\",\"text\":\"early\"}");

    Binding binding = bind(session);
    open(binding);
    assertThat(coordinator.opened().get(0).failure()).isNull();
    assertThat(taken).hasSize(1);
    assertThat(taken.get(0).processes).hasSize(1);
    assertThat(taken.get(0).agent().written.get(0))
        .contains("\"type\":\"session\"")
        .contains(session.toString());
    assertThat(journal()).containsExactly("message");
    assertThat(runner.stats()).isEqualTo(new PoolStats(0, 0, 0, 1, 0, 2, 1, 0));
    assertThat(runner.hosted()).containsExactly(new Hosted(session, binding.epoch()));
    pass(Duration.ofMillis(100));
    assertThat(runner.stats().warm()).as("another one waits").isEqualTo(1);
  }

  @Test
  void givesNobodyWhatWasMadeForSomebodyElse() {
    keepWarm(spec("stranger", true, Map.of()), 1);
    open(bind(session));
    assertThat(taken).hasSize(2);
    assertThat(bound).isEmpty();
    assertThat(runner.stats().preWarmHits()).isZero();
  }

  @Test
  void startsTheAgentAnewWhereItWouldNotBeTheSame() {
    keepWarm(spec("default", true, Map.of("A", "1")), 1);
    FakeAgentProcess early = taken.get(0).agent();
    open(bind(session)); // brings no A
    assertThat(early.exit().isComplete()).isTrue();
    assertThat(taken.get(0).processes).hasSize(2);
    assertThat(bound).hasSize(1);
    assertThat(coordinator.opened().get(0).failure()).isNull();
  }

  @Test
  void runsNothingBeforeTheSessionWhereItsSecretsAreNeeded() {
    preset.put("WORKSPACE/install.sh", "echo $SECRET");
    keepWarm(spec("default", false, Map.of()), 1);
    assertThat(taken.get(0).execs).isEmpty();
    assertThat(taken.get(0).processes).isEmpty();
    assertThat(runner.stats().warm()).isEqualTo(1);
    open(bind(session));
    assertThat(bound).hasSize(1);
    assertThat(taken.get(0).execs).hasSize(1);
    assertThat(taken.get(0).processes).hasSize(1);
  }

  @Test
  void keepsScriptsThatRanForAnotherEnvironmentFromASession() {
    preset.put("WORKSPACE/install.sh", "echo $A");
    keepWarm(spec("default", true, Map.of("A", "1")), 1);
    assertThat(taken.get(0).execs).hasSize(1);
    open(bind(session));
    assertThat(bound).isEmpty();
    assertThat(taken).hasSize(2);
  }

  @Test
  void neverGivesAWarmSandboxToASessionThatComesBack() {
    keepWarm(spec("default", true, Map.of()), 1);
    Binding binding = bind(session);
    runner.open(open(binding, "{}", new SnapshotRef(3, "m0", 0, 0, 0, null)));
    run();
    assertThat(bound).isEmpty();
    assertThat(taken).hasSize(2);
  }

  @Test
  void letsWarmSandboxesMakeWayFirst() {
    keepWarm(spec("default", true, Map.of("NOT", "yours")), 2);
    preset.put("WORKSPACE/install.sh", "");
    assertThat(runner.stats().warm()).isEqualTo(2);
    runner.keepWarm(List.of(new WarmWish(spec("stranger", true, Map.of()), 2)));
    pass(Duration.ofMillis(100));
    open(bind(session));
    open(bind(SessionId.random()));
    assertThat(coordinator.opened()).hasSize(2).allMatch(o -> o.failure() == null);
    pass(Duration.ofSeconds(1));
    assertThat(runner.stats()).isEqualTo(new PoolStats(0, 0, 0, 2, 0, 2, 0, 0));
    assertThat(coordinator.released()).as("nobody was evicted").isEmpty();
  }

  @Test
  void givesUpWhatIsNotWishedAnyMore() {
    keepWarm(spec("default", true, Map.of()), 2);
    runner.keepWarm(List.of());
    run();
    assertThat(taken).hasSize(2).allMatch(q -> q.vacated);
    assertThat(runner.stats().live()).isZero();
  }

  @Test
  void triesAgainLaterWhereNothingCanBeKeptReady() {
    preset.put("WORKSPACE/install.sh", "exit 1");
    scriptResult = ExecResult.exited(1, "", "no");
    keepWarm(spec("default", true, Map.of()), 1);
    assertThat(taken).hasSize(1).allMatch(q -> q.vacated);
    assertThat(runner.stats().live()).isZero();
    pass(Duration.ofMillis(1050));
    assertThat(taken).hasSize(2);
  }

  @Test
  void leavesNoWarmSandboxWhenItCloses() {
    Promise<Void> slow = Promise.promise();
    beforeTaking = slow.future();
    keepWarm(spec("default", true, Map.of()), 1);
    Future<Void> closed = runner.closeAll("stop");
    assertThat(closed.isComplete()).isFalse();
    slow.complete();
    run();
    assertThat(closed.succeeded()).isTrue();
    assertThat(taken).hasSize(1).allMatch(q -> q.vacated);
  }

  @Test
  void freezesWhoWaitsAndThawsBeforeAnythingRuns() {
    Binding binding = used(bind(session), 0);
    List<String> happened = taken.get(0).frozen;
    timers.advance(Duration.ofMinutes(4));
    runner.tidyIdle();
    assertThat(happened).isEmpty();
    timers.advance(Duration.ofMinutes(2));
    runner.tidyIdle();
    runner.tidyIdle();
    assertThat(happened).as("once").containsExactly("freeze");
    assertThat(runner.stats()).isEqualTo(new PoolStats(0, 0, 0, 1, 0, 2, 0, 0));

    runner.startTurn(turn(binding, 2));
    run();
    assertThat(happened).containsExactly("freeze", "thaw");
    taken.get(0).agent().says("{\"type\":\"done\"}");
    timers.advance(Duration.ofMinutes(6));
    runner.tidyIdle();
    runner.exec(new Exec(binding, "ls", 1000));
    assertThat(happened).containsExactly("freeze", "thaw", "freeze", "thaw");
    run();
    timers.advance(Duration.ofMinutes(6));
    runner.tidyIdle();
    runner.close(new CloseSandbox(binding, true, "stop"));
    run();
    assertThat(happened).as("the agent hears that it ends").hasSize(6).endsWith("thaw");
    assertThat(taken.get(0).vacated).isTrue();
  }

  @Test
  void thawsOnlyAfterTheFreezeIsOver() {
    Binding binding = used(bind(session), 0);
    FakeQuarters quarters = taken.get(0);
    quarters.beforeFrozen = Promise.promise();
    timers.advance(Duration.ofMinutes(6));
    runner.tidyIdle();
    runner.startTurn(turn(binding, 2));
    run();
    assertThat(quarters.frozen).containsExactly("freeze");
    assertThat(quarters.agent().written).noneMatch(line -> line.contains("hello 2"));
    quarters.beforeFrozen.complete();
    run();
    assertThat(quarters.frozen).containsExactly("freeze", "thaw");
    assertThat(quarters.agent().written).anyMatch(line -> line.contains("hello 2"));
  }

  @Test
  void goesOnWithASandboxThatDoesNotStandStill() {
    Binding binding = used(bind(session), 0);
    FakeQuarters quarters = taken.get(0);
    quarters.beforeFrozen = Promise.promise();
    quarters.beforeFrozen.fail("it moves");
    timers.advance(Duration.ofMinutes(6));
    runner.tidyIdle();
    assertThat(quarters.frozen).containsExactly("freeze", "thaw");
    runner.startTurn(turn(binding, 2));
    run();
    assertThat(quarters.agent().written).anyMatch(line -> line.contains("hello 2"));
  }

  @Test
  void givesBackAFrozenSandbox() {
    used(bind(session), 0);
    timers.advance(Duration.ofMinutes(6));
    runner.tidyIdle();
    timers.advance(Duration.ofMinutes(25));
    runner.tidyIdle();
    run();
    assertThat(taken.get(0).vacated).isTrue();
    assertThat(coordinator.released()).hasSize(1);
  }

  @Test
  void takesNothingNewWhereTheMachineHasNoRoom() {
    room.saw(new MachineState(4000, 499, 0, 1000));
    Future<Void> full = open(bind(session));
    assertThat(refusal(full)).isEqualTo(Refusal.NO_CAPACITY);
    assertThat(full.cause()).hasMessageContaining("short of memory");
    assertThat(makeRoom().cause()).hasMessageContaining("short of memory");
    assertThat(runner.cap()).isZero();

    room.saw(new MachineState(4000, 3000, 0, 99));
    assertThat(open(bind(session)).cause())
        .hasMessageContaining("the disk of the runner is nearly");
    room.saw(new MachineState(4000, 3000, 0, 1000));
    assertThat(open(bind(session)).succeeded()).isTrue();
    assertThat(runner.cap()).isEqualTo(2);
  }

  @Test
  void promisesNoMoreMemoryThanAgreed() {
    room.saw(new MachineState(550, 550, 0, 1000)); // (550 - 500) * 2 = 100 for limits of 64
    assertThat(runner.cap()).isEqualTo(1);
    open(bind(session));
    assertThat(runner.cap()).isEqualTo(1);
    Future<Void> second = open(bind(SessionId.random()));
    assertThat(refusal(second)).isEqualTo(Refusal.NO_CAPACITY);
    assertThat(second.cause()).hasMessageContaining("ASH_MEMORY_OVERCOMMIT");
    assertThat(makeRoom().succeeded()).as("a sandbox that waits makes way").isTrue();
    assertThat(open(bind(SessionId.random())).succeeded()).isTrue();
  }

  @Test
  void givesSandboxesBackBeforeTheKernelTakesThem() {
    used(bind(session), 0);
    timers.advance(Duration.ofSeconds(1));
    Binding running = bind(SessionId.random());
    open(running);
    runner.startTurn(turn(running, 1));
    MachineState[] seen = {new MachineState(4000, 400, 0, 1000)};
    ScarceMachine scarce =
        new ScarceMachine(room, runner::shrink, () -> Future.succeededFuture(seen[0]));
    scarce.round();
    run();
    assertThat(runner.hosted()).as("nothing new, but nobody goes yet").hasSize(2);
    seen[0] = new MachineState(4000, 200, 0, 1000);
    scarce.round();
    run();
    assertThat(coordinator.released()).hasSize(1);
    assertThat(scarce.round().succeeded()).as("what runs is left to run").isTrue();
    assertThat(runner.hosted()).containsExactly(new Hosted(running.session(), running.epoch()));
    seen[0] = new MachineState(4000, 3000, 25, 1000);
    assertThat(scarce.round().succeeded()).isTrue();
    assertThat(runner.cap()).isEqualTo(1);
  }

  @Test
  void givesBackWhoWaitedLongestToMakeRoom() {
    Binding first = used(bind(session), 0);
    timers.advance(Duration.ofSeconds(1));
    Binding second = used(bind(SessionId.random()), 1);

    Future<Void> made = makeRoom();
    assertThat(made.succeeded()).isTrue();
    assertThat(runner.hosted()).containsExactly(new Hosted(second.session(), second.epoch()));
    assertThat(taken.get(0).vacated).isTrue();
    assertThat(coordinator.snapshot(session)).isNotNull();
    assertThat(coordinator.released()).containsExactly(new SandboxReleased(first, "evicted", 1));
    assertThat(runner.stats()).isEqualTo(new PoolStats(0, 0, 0, 1, 0, 2, 0, 1));
  }

  @Test
  void neverGivesBackWhatIsRunning() {
    Binding turn = bind(session);
    open(turn);
    runner.startTurn(turn(turn, 1));
    Binding command = bind(SessionId.random());
    open(command);
    Promise<Void> slow = Promise.promise();
    taken.get(1).beforeExec = slow.future();
    runner.exec(new Exec(command, "sleep", 1000));

    Future<Void> made = makeRoom();
    assertThat(refusal(made)).isEqualTo(Refusal.NO_CAPACITY);
    assertThat(made.cause())
        .hasMessageContaining("Sandbox capacity reached and no evictable sandboxes (all running)");
    assertThat(runner.hosted()).hasSize(2);
  }

  @Test
  void keepsASandboxThatCannotBeSavedAndTriesTheNext() {
    used(bind(session), 0);
    timers.advance(Duration.ofSeconds(1));
    Binding second = used(bind(SessionId.random()), 1);
    change(taken.get(0), "unsaved");
    taken.get(0).beforeScan = Promise.promise();
    taken.get(0).beforeScan.fail("the store is away");

    assertThat(makeRoom().succeeded()).isTrue();
    assertThat(taken.get(0).vacated).isFalse();
    assertThat(coordinator.released()).containsExactly(new SandboxReleased(second, "evicted", 1));
    taken.get(0).beforeScan = Promise.promise();
    taken.get(0).beforeScan.complete();
    assertThat(makeRoom().succeeded()).isTrue();
  }

  @Test
  void keepsASandboxThatIsWantedWhileItIsSaved() {
    Binding binding = used(bind(session), 0);
    change(taken.get(0), "unsaved");
    taken.get(0).beforeScan = Promise.promise();
    Future<Void> made = makeRoom();
    assertThat(made.isComplete()).isFalse();
    runner.startTurn(turn(binding, 2));
    taken.get(0).beforeScan.complete();
    run();
    assertThat(refusal(made)).isEqualTo(Refusal.NO_CAPACITY);
    assertThat(runner.hosted()).hasSize(1);
    assertThat(runner.stats().running()).isEqualTo(1);
  }

  @Test
  void givesEachWhoAsksAnotherSandbox() {
    used(bind(session), 0);
    used(bind(SessionId.random()), 1);
    Promise<Void> scan = Promise.promise();
    for (FakeQuarters q : taken) {
      change(q, "unsaved " + q.hashCode());
      q.beforeScan = scan;
    }
    Future<Void> one = runner.makeRoom(new MakeRoom("r", BOOT));
    Future<Void> two = runner.makeRoom(new MakeRoom("r", BOOT));
    Future<Void> three = runner.makeRoom(new MakeRoom("r", BOOT));
    scan.complete();
    run();
    assertThat(one.succeeded() && two.succeeded()).isTrue();
    assertThat(refusal(three)).isEqualTo(Refusal.NO_CAPACITY);
    assertThat(coordinator.released()).hasSize(2);
  }

  @Test
  void makesNoRoomForAnotherBoot() {
    used(bind(session), 0);
    assertThat(refusal(runner.makeRoom(new MakeRoom("r", new UUID(1, 1)))))
        .isEqualTo(Refusal.SANDBOX_GONE);
    assertThat(runner.hosted()).hasSize(1);
  }

  /** Whatever happens in whatever order, each sandbox is counted once. */
  @Test
  void countsEverySandboxOnceUnderChurn() {
    Random random = new Random(42);
    Map<SessionId, Integer> turns = new LinkedHashMap<>();
    List<Binding> bound = new ArrayList<>();
    for (int step = 0; step < 2000; step++) {
      Binding any = bound.isEmpty() ? null : bound.get(random.nextInt(bound.size()));
      int what = random.nextInt(7);
      if (any == null || what == 0) {
        Binding fresh = bind(SessionId.random());
        bound.add(fresh);
        open(fresh);
      } else if (what <= 2) {
        int next = turns.merge(any.session(), 1, Integer::sum);
        runner.startTurn(turn(any, next));
      } else if (what == 3) {
        taken.stream()
            .filter(q -> !q.vacated && !q.processes.isEmpty())
            .forEach(q -> q.agent().says("{\"type\":\"done\"}"));
      } else if (what == 4) {
        runner.close(new CloseSandbox(any, true, "test"));
        bound.remove(any);
      } else if (what == 5) {
        runner.makeRoom(new MakeRoom("r", BOOT));
      } else {
        pass(Duration.ofMillis(600));
      }
      run();
      PoolStats now = runner.stats();
      long there = taken.stream().filter(q -> !q.vacated).count();
      assertThat((long) now.live()).as("step %d", step).isEqualTo(there).isLessThanOrEqualTo(2);
      assertThat(now.total()).isEqualTo(now.warming() + now.waiting() + now.running());
    }
  }

  private Future<Void> makeRoom() {
    Future<Void> made = runner.makeRoom(new MakeRoom("r", BOOT));
    run();
    return made;
  }

  /** Opens a sandbox and lets it do one turn. */
  private Binding used(Binding binding, int place) {
    open(binding);
    runner.startTurn(turn(binding, 1));
    taken.get(place).agent().says("{\"type\":\"done\"}");
    change(taken.get(place), "turn 1");
    run();
    return binding;
  }

  /** Changes a file of a sandbox; the store has its content, so that a snapshot succeeds. */
  private void change(FakeQuarters quarters, String text) {
    quarters.files.put("WORKSPACE/file", text);
    coordinator.store("m" + quarters.files.hashCode(), Buffer.buffer());
  }

  @Test
  void refusesCommandsWithoutAReasonableLimit() {
    Binding binding = bind(session);
    open(binding);
    assertThat(refusal(runner.exec(new Exec(binding, "ls", 0)))).isEqualTo(Refusal.INVALID_REQUEST);
    assertThat(refusal(runner.exec(new Exec(binding, "ls", 300_001))))
        .isEqualTo(Refusal.INVALID_REQUEST);
  }

  @Test
  void savesAndRemovesEverythingAtItsEnd() {
    open(bind(session));
    open(bind(SessionId.random()));
    Future<Void> closed = runner.closeAll("shutdown");
    run();
    assertThat(closed.succeeded()).isTrue();
    assertThat(taken).allMatch(q -> q.vacated && q.scans > 0);
    assertThat(refusal(open(bind(SessionId.random())))).isEqualTo(Refusal.NO_CAPACITY);
  }

  @Test
  void registersUntilItIsHeardAndBeats() {
    coordinator.failNext(4);
    HeartbeatLoop beats = beats();
    Future<Void> registered = beats.start();
    assertThat(registered.isComplete()).isFalse();
    pass(Duration.ofSeconds(4));
    assertThat(registered.succeeded()).isTrue();
    assertThat(coordinator.registered("r")).isEqualTo(BOOT);
    open(bind(session));
    pass(Duration.ofSeconds(3));
    assertThat(coordinator.beats()).isNotEmpty();
    assertThat(coordinator.beats().get(coordinator.beats().size() - 1).hosted()).hasSize(1);

    coordinator.failNext(1);
    pass(Duration.ofSeconds(6));
    coordinator.forget("r");
    pass(Duration.ofSeconds(3));
    assertThat(coordinator.registered("r")).isEqualTo(BOOT);

    beats.leave();
    assertThat(coordinator.gone()).hasSize(1);
    int before = coordinator.beats().size();
    pass(Duration.ofSeconds(6));
    assertThat(coordinator.beats()).hasSize(before);
  }

  @Test
  void dropsWhatAHeartbeatNames() {
    beats().start();
    open(bind(session));
    coordinator.bind(session, "other", BOOT);
    pass(Duration.ofSeconds(3));
    assertThat(runner.hosted()).isEmpty();
    assertThat(taken.get(0).vacated).isTrue();
  }

  private HeartbeatLoop beats() {
    return new HeartbeatLoop(
        new RegisterRunner("r", BOOT, "localhost", 0, 2),
        runner,
        coordinator,
        timers,
        HeartbeatLoop.Lease.UNWATCHED);
  }

  private static Refusal refusal(Future<?> future) {
    return ((Refused) future.cause()).refusal();
  }
}
