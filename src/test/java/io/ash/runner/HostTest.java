package io.ash.runner;

import io.ash.model.Binding;
import io.ash.model.Event;
import io.ash.model.Limits;
import io.ash.model.NetworkMode;
import io.ash.model.RuntimeKind;
import io.ash.model.SessionId;
import io.ash.runner.dialect.Dialect;
import io.ash.runner.dialect.Dialects;
import io.ash.runner.dialect.Program;
import io.ash.testing.FakeCoordinator;
import io.ash.testing.ManualTimers;
import io.ash.wire.AgentFiles;
import io.ash.wire.OpenSandbox;
import io.ash.wire.RuntimeSpec;
import io.ash.wire.SnapshotRef;
import io.ash.wire.StartTurn;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A runner's surroundings in one thread, with time that is moved. */
abstract class HostTest {
  static final UUID BOOT = new UUID(7, 7);

  final FakeCoordinator coordinator = new FakeCoordinator();
  final ManualTimers timers = new ManualTimers();
  final ArrayDeque<Runnable> loop = new ArrayDeque<>();
  final HostTools tools =
      new HostTools(
          coordinator,
          new EventUplink(coordinator, timers, loop::add, UplinkBounds.STANDARD),
          timers,
          timers.ticker(),
          InstantSource.fixed(Instant.EPOCH));
  final SessionId session = SessionId.random();
  final FakeQuarters quarters = new FakeQuarters();

  final Function<String, Dialect> jsonl =
      remembered ->
          new Dialects(timers.ticker(), Map.of())
              .open(
                  new Program(RuntimeKind.JSONL, List.of("agent"), List.of(), List.of()),
                  session,
                  remembered);

  static OpenSandbox open(Binding binding, String settings, @Nullable SnapshotRef snapshot) {
    return new OpenSandbox(
        binding,
        "default",
        "00".repeat(32),
        new AgentFiles("m", "agent", 1),
        new RuntimeSpec(RuntimeKind.JSONL, List.of("agent"), Limits.UNSET, NetworkMode.NONE),
        snapshot,
        snapshot != null,
        snapshot == null ? 0 : snapshot.no(),
        Map.of(),
        settings,
        0);
  }

  static StartTurn turn(Binding binding, int no) {
    return new StartTurn(binding, no, "\"hello " + no + "\"", "{}");
  }

  /** Lets everything happen that needs no time. */
  void run() {
    while (!loop.isEmpty()) {
      loop.remove().run();
    }
  }

  /** Lets time pass in small steps. */
  void pass(Duration time) {
    run();
    for (long ms = 0; ms < time.toMillis(); ms += 10) {
      timers.advance(Duration.ofMillis(10));
      run();
    }
  }

  /** The kinds of what is in the journal, the end of a turn with how it ended. */
  List<String> journal() {
    run();
    return coordinator.journal(session).stream()
        .map(e -> e.ends() == null ? e.kind().text() : "end:" + e.ends().text())
        .toList();
  }

  List<String> bodies() {
    run();
    return coordinator.journal(session).stream().map(Event::body).toList();
  }
}
