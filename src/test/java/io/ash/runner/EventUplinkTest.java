package io.ash.runner;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.model.Binding;
import io.ash.model.Event;
import io.ash.model.EventKind;
import io.ash.model.Refused;
import io.ash.model.SessionId;
import io.ash.model.TurnStatus;
import io.ash.testing.FakeCoordinator;
import io.ash.testing.ManualTimers;
import io.ash.wire.AppendEvents;
import io.ash.wire.Appended;
import io.ash.wire.CoordinatorApi;
import io.ash.wire.EventBatch;
import io.ash.wire.Verdict;
import io.vertx.core.Future;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EventUplinkTest {
  private static final UUID BOOT = new UUID(1, 1);
  private static final UplinkBounds SMALL = new UplinkBounds(2000, 5000, 4000, 1000, 5, 30);

  private final FakeCoordinator coordinator = new FakeCoordinator();
  private final ManualTimers timers = new ManualTimers();
  private final ArrayDeque<Runnable> loop = new ArrayDeque<>();
  private final EventUplink uplink = new EventUplink(coordinator, timers, loop::add, SMALL);
  private final SessionId session = SessionId.random();
  private final Speaker speaker = new Speaker();
  private final EventLane lane = uplink.open(coordinator.bind(session, "r", BOOT), speaker);

  @Test
  void sendsAtOnceWhenIdle() {
    lane.say(message(1, "a"));
    run();
    assertThat(bodies(session)).containsExactly("a");
    assertThat(uplink.bytes()).isZero();
  }

  @Test
  void gathersWhileARequestIsUnderWay() {
    coordinator.hold();
    lane.say(message(1, "a"));
    run();
    lane.say(message(1, "b"));
    lane.say(message(1, "c"));
    run();
    coordinator.letGo();
    run();

    assertThat(bodies(session)).containsExactly("a", "b", "c");
    assertThat(coordinator.requests()).hasSize(2);
  }

  @Test
  void carriesManySessionsInOneRequest() {
    SessionId other = SessionId.random();
    EventLane second = uplink.open(coordinator.bind(other, "r", BOOT), new Speaker());
    lane.say(message(1, "a"));
    second.say(message(1, "b"));
    run();

    assertThat(coordinator.requests()).hasSize(1);
    assertThat(bodies(session)).containsExactly("a");
    assertThat(bodies(other)).containsExactly("b");
  }

  @Test
  void repeatsTheSameNumbersWhenTheAnswerIsLost() {
    coordinator.loseReplies(2);
    lane.say(delta(1, "a"));
    run();
    lane.say(delta(1, "b"));
    settle();

    assertThat(text(session)).isEqualTo("ab");
    assertThat(coordinator.requests())
        .allMatch(r -> r.batches().get(0).firstNo() == 1 || r.batches().get(0).firstNo() == 2);
  }

  @Test
  void keepsEverythingWhileNobodyAnswers() {
    coordinator.failNext(7);
    for (int i = 0; i < 12; i++) {
      lane.say(message(1, "m" + i));
      settleOnce();
    }
    settle();
    assertThat(bodies(session)).containsExactlyElementsOf(names(12));
  }

  @Test
  void comesBackToABusyRowWithoutHoldingUpOthers() {
    SessionId other = SessionId.random();
    EventLane second = uplink.open(coordinator.bind(other, "r", BOOT), new Speaker());
    coordinator.busyNext(1);
    lane.say(message(1, "a"));
    second.say(message(1, "b"));
    run();
    assertThat(bodies(session)).isEmpty();
    assertThat(bodies(other)).containsExactly("b");

    lane.say(message(1, "c"));
    run();
    assertThat(bodies(session)).as("not asked again at once").isEmpty();
    settle();
    assertThat(bodies(session)).containsExactly("a", "c");
  }

  @Test
  void throwsAwayWhatAFencedEpochSays() {
    coordinator.bind(session, "other", BOOT);
    lane.say(message(1, "a"));
    Future<Void> flushed = lane.flushed();
    run();
    lane.say(message(1, "b"));
    settle();

    assertThat(bodies(session)).isEmpty();
    assertThat(flushed.cause()).isInstanceOf(Refused.class);
    assertThat(speaker.fences).hasSize(1);
    assertThat(uplink.bytes()).isZero();
  }

  @Test
  void throwsAwayWhatAnUnknownSessionSays() {
    EventLane unknown = uplink.open(new Binding(SessionId.random(), "r", BOOT, 1), speaker);
    unknown.say(message(1, "a"));
    run();
    assertThat(speaker.fences).hasSize(1);
  }

  @Test
  void endsTheEpochWhenTheJournalLostWhatItHad() {
    lane.say(message(1, "a"));
    run();
    coordinator.rewind(session, 0);
    lane.say(message(1, "b"));
    run();
    assertThat(speaker.fences).hasSize(1);
  }

  @Test
  void goesOnFromWhatTheCoordinatorExpects() {
    List<EventBatch> got = new ArrayList<>();
    EventUplink toScript = new EventUplink(scripted(got), timers, loop::add, SMALL);
    EventLane scriptedLane = toScript.open(new Binding(session, "r", BOOT, 1), speaker);
    scriptedLane.say(message(1, "a"));
    scriptedLane.say(message(1, "b"));
    scriptedLane.say(message(1, "c"));
    settle();

    assertThat(got).extracting(EventBatch::firstNo).containsExactly(1L, 2L);
    assertThat(speaker.fences).isEmpty();
  }

  @Test
  void cutsBatchesAtTheEndOfATurnAndAtTheirBounds() {
    coordinator.hold();
    lane.say(message(1, "first"));
    run();
    for (int i = 0; i < 7; i++) {
      lane.say(message(1, "m" + i));
    }
    lane.say(new Event(1, EventKind.END, "{}", TurnStatus.DONE));
    lane.say(message(2, "x"));
    coordinator.letGo();
    settle();

    List<List<Event>> batches =
        coordinator.requests().stream().map(r -> r.batches().get(0).events()).toList();
    assertThat(batches).extracting(List::size).containsExactly(1, 5, 3, 1);
    assertThat(batches.get(2).get(2).kind()).isEqualTo(EventKind.END);
  }

  @Test
  void sendsAnEventAboveEveryBoundAlone() {
    String large = "x".repeat(9000);
    lane.say(message(1, "a"));
    lane.say(message(1, large));
    lane.say(message(1, "b"));
    settle();

    assertThat(bodies(session)).containsExactly("a", large, "b");
    assertThat(coordinator.requests()).hasSize(3);
  }

  @Test
  void joinsPiecesOfTextThatWaitUpToABound() {
    coordinator.hold();
    lane.say(delta(1, "0"));
    run();
    for (int i = 1; i < 50; i++) {
      lane.say(delta(1, String.valueOf(i % 10)));
    }
    coordinator.letGo();
    settle();

    assertThat(text(session)).isEqualTo("0123456789".repeat(5));
    assertThat(coordinator.journal(session)).hasSize(3);
    assertThat(coordinator.journal(session).get(1).body()).hasSize(30 + "{'delta':''}".length());
  }

  @Test
  void joinsNothingThatIsDifferent() {
    coordinator.hold();
    lane.say(message(1, "first"));
    run();
    lane.say(delta(1, "a"));
    lane.say(new Event(1, EventKind.THINKING, "{\"delta\":\"b\"}"));
    lane.say(delta(2, "c"));
    lane.say(new Event(2, EventKind.DELTA, "{\"delta\":\"d\",\"more\":1}"));
    lane.say(new Event(2, EventKind.DELTA, "not JSON"));
    coordinator.letGo();
    settle();
    assertThat(coordinator.journal(session)).hasSize(6);
  }

  @Test
  void stopsReadingASessionAboveItsShareAndGoesOnAfterwards() {
    coordinator.hold();
    for (int i = 0; !speaker.held; i++) {
      lane.say(message(1, "m".repeat(100) + i));
      assertThat(lane.bytes()).isLessThan(3000);
    }
    run();
    coordinator.letGo();
    settle();
    assertThat(speaker.held).isFalse();
    assertThat(lane.isEmpty()).isTrue();
  }

  @Test
  void stopsReadingWhoeverAddsWhenTheRunnerIsFull() {
    coordinator.hold();
    List<Speaker> speakers = new ArrayList<>();
    while (uplink.bytes() <= SMALL.runnerBytes()) {
      Speaker each = new Speaker();
      speakers.add(each);
      uplink
          .open(coordinator.bind(SessionId.random(), "r", BOOT), each)
          .say(message(1, "m".repeat(800)));
    }
    run();
    assertThat(speakers.get(0).held).isFalse();
    assertThat(speakers.get(speakers.size() - 1).held).isTrue();

    coordinator.letGo();
    settle();
    assertThat(speakers).noneMatch(s -> s.held);
    assertThat(uplink.bytes()).isZero();
  }

  @Test
  void saysWhenEverythingIsInTheJournal() {
    coordinator.hold();
    lane.say(message(1, "a"));
    Future<Void> flushed = lane.flushed();
    run();
    lane.say(message(1, "b"));
    assertThat(flushed.isComplete()).isFalse();
    coordinator.letGo();
    assertThat(flushed.succeeded()).isTrue();
    settle();
    assertThat(lane.flushed().succeeded()).isTrue();
  }

  @Test
  void forgetsALaneThatWasClosed() {
    coordinator.hold();
    lane.say(message(1, "a"));
    run();
    lane.say(message(1, "b"));
    lane.close();
    coordinator.letGo();
    settle();

    assertThat(bodies(session)).containsExactly("a");
    assertThat(uplink.bytes()).isZero();
    assertThat(speaker.fences).isEmpty();
  }

  private void run() {
    while (!loop.isEmpty()) {
      loop.remove().run();
    }
  }

  private void settleOnce() {
    run();
    timers.advance(Duration.ofMillis(40));
    run();
  }

  private void settle() {
    for (int i = 0; i < 20; i++) {
      run();
      timers.advance(Duration.ofSeconds(5));
    }
    run();
  }

  private List<String> bodies(SessionId of) {
    return coordinator.journal(of).stream().map(Event::body).toList();
  }

  private String text(SessionId of) {
    StringBuilder text = new StringBuilder();
    bodies(of).forEach(b -> text.append(WaitingEvent.deltaOf(b).orElseThrow()));
    return text.toString();
  }

  private static List<String> names(int n) {
    return IntStream.range(0, n).mapToObj(i -> "m" + i).toList();
  }

  private static Event message(int turn, String body) {
    return new Event(turn, EventKind.MESSAGE, body);
  }

  private static Event delta(int turn, String text) {
    return new Event(turn, EventKind.DELTA, "{\"delta\":\"" + text + "\"}");
  }

  /** Says of the first batch that only its first event is there, and appends the next. */
  private static CoordinatorApi scripted(List<EventBatch> got) {
    return (CoordinatorApi)
        Proxy.newProxyInstance(
            CoordinatorApi.class.getClassLoader(),
            new Class<?>[] {CoordinatorApi.class},
            (self, method, args) -> {
              EventBatch b = ((AppendEvents) args[0]).batches().get(0);
              got.add(b);
              Verdict v =
                  got.size() == 1
                      ? new Verdict(Verdict.Kind.GAP, 1)
                      : new Verdict(Verdict.Kind.APPENDED, b.firstNo() + b.events().size() - 1);
              return Future.succeededFuture(new Appended(List.of(v)));
            });
  }

  private static final class Speaker implements EventLane.Speaker {
    private final List<String> fences = new ArrayList<>();
    private boolean held;

    @Override
    public void hold() {
      held = true;
    }

    @Override
    public void release() {
      held = false;
    }

    @Override
    public void fenced(String why) {
      fences.add(why);
    }
  }
}
