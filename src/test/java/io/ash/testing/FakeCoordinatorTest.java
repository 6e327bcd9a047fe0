package io.ash.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.model.Binding;
import io.ash.model.Event;
import io.ash.model.EventKind;
import io.ash.model.PoolStats;
import io.ash.model.Refused;
import io.ash.model.SessionId;
import io.ash.wire.AppendEvents;
import io.ash.wire.AttachSnapshot;
import io.ash.wire.EventBatch;
import io.ash.wire.Heartbeat;
import io.ash.wire.Hosted;
import io.ash.wire.PutBlob;
import io.ash.wire.RegisterRunner;
import io.ash.wire.SandboxOpened;
import io.ash.wire.Verdict;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class FakeCoordinatorTest {
  private static final UUID BOOT = new UUID(1, 1);

  private final FakeCoordinator fake = new FakeCoordinator();
  private final SessionId session = SessionId.random();
  private final Binding binding = fake.bind(session, "r", BOOT);

  @Test
  void appendsOnceHoweverOftenABatchComes() {
    assertThat(append(binding, 1, "a", "b")).isEqualTo(new Verdict(Verdict.Kind.APPENDED, 2));
    assertThat(append(binding, 1, "a", "b")).isEqualTo(new Verdict(Verdict.Kind.HAD, 2));
    assertThat(append(binding, 2, "b", "c")).isEqualTo(new Verdict(Verdict.Kind.APPENDED, 3));
    assertThat(bodies()).containsExactly("a", "b", "c");
  }

  @Test
  void tellsWhatItExpectsBehindAGap() {
    assertThat(append(binding, 3, "c")).isEqualTo(new Verdict(Verdict.Kind.GAP, 0));
    assertThat(bodies()).isEmpty();
  }

  @Test
  void fencesOlderEpochsAndStartsNumbersAnew() {
    append(binding, 1, "a");
    Binding next = fake.bind(session, "r", BOOT);

    assertThat(append(binding, 2, "b").kind()).isEqualTo(Verdict.Kind.FENCED);
    assertThat(append(next, 1, "c").kind()).isEqualTo(Verdict.Kind.APPENDED);
    assertThat(bodies()).containsExactly("a", "c");
    assertThat(fake.opened(new SandboxOpened(binding, null, "", "{}")).cause())
        .isInstanceOf(Refused.class);
  }

  @Test
  void knowsWhatItDoesNotKnow() {
    assertThat(append(new Binding(SessionId.random(), "r", BOOT, 1), 1, "a").kind())
        .isEqualTo(Verdict.Kind.UNKNOWN);
  }

  @Test
  void doesTheWorkWhoseReplyIsLost() {
    fake.loseReplies(1);
    assertThat(fake.append(call(binding, 1, "a")).failed()).isTrue();
    assertThat(bodies()).containsExactly("a");
  }

  @Test
  void doesNothingWhereItFailsOrIsBusy() {
    fake.failNext(1);
    assertThat(fake.append(call(binding, 1, "a")).failed()).isTrue();
    fake.busyNext(1);
    assertThat(append(binding, 1, "a").kind()).isEqualTo(Verdict.Kind.BUSY);
    assertThat(bodies()).isEmpty();
  }

  @Test
  void attachesSnapshotsInOrderAndComplete() {
    AttachSnapshot first = new AttachSnapshot(binding, 1, 0, false, "m", List.of("m"), 0, 0);
    assertThat(fake.attach(first).result().missing()).containsExactly("m");
    fake.putBlob(new PutBlob(binding, "m", Buffer.buffer("x")));
    assertThat(fake.attach(first).result().accepted()).isTrue();
    assertThat(fake.attach(first).result().accepted()).isFalse();
    assertThat(fake.snapshot(session)).isEqualTo(first);
  }

  @Test
  void namesWhatARunnerMustDrop() {
    fake.register(new RegisterRunner("r", BOOT, "h", 1, 1));
    Hosted mine = new Hosted(session, binding.epoch());
    Hosted old = new Hosted(session, binding.epoch() - 1);
    Heartbeat beat = new Heartbeat("r", BOOT, PoolStats.EMPTY, List.of(mine, old), 1);

    assertThat(fake.heartbeat(beat).result().drop()).containsExactly(old);
    fake.forget("r");
    assertThat(fake.heartbeat(beat).result().known()).isFalse();
  }

  private Verdict append(Binding b, long first, String... bodies) {
    return fake.append(call(b, first, bodies)).result().verdicts().get(0);
  }

  private static AppendEvents call(Binding b, long first, String... bodies) {
    List<Event> events =
        List.of(bodies).stream().map(t -> new Event(1, EventKind.MESSAGE, t)).toList();
    return new AppendEvents(List.of(new EventBatch(b, first, events)));
  }

  private List<String> bodies() {
    return fake.journal(session).stream().map(Event::body).toList();
  }
}
