package io.ash.coordinator.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.coordinator.store.BlobStore;
import io.ash.coordinator.store.CollectorStore;
import io.ash.coordinator.store.Database;
import io.ash.coordinator.store.RetentionStore;
import io.ash.testing.Outcome;
import io.ash.testing.TestPostgres;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import io.vertx.sqlclient.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

@ExtendWith(VertxExtension.class)
class ExpiredSessionsIT {
  @RegisterExtension static final TestPostgres postgres = TestPostgres.migrated();

  private static final Duration MONTH = Duration.ofDays(30);
  private final AtomicLong expired = new AtomicLong();
  private final Tally tally =
      new Tally() {
        @Override
        public void stored(long count, long size) {}

        @Override
        public void collected(long count, long size) {}

        @Override
        public void strays(long count) {}

        @Override
        public void expired(long sessions) {
          expired.addAndGet(sessions);
        }
      };
  private Database database;

  @BeforeEach
  void open(Vertx vertx) {
    postgres.execute(
        "truncate head, event, turn, delta_0, delta_1, delta_2, delta_3, stream_ticket, forgotten");
    postgres.execute("delete from session");
    postgres.execute("delete from manifest_blob");
    postgres.execute("delete from blob");
    postgres.execute("insert into tenant (id, blob_key) values ('t', 'aa') on conflict do nothing");
    postgres.execute("insert into blob (key, bytes) values ('agent', 'x'), ('m', 'x'), ('c', 'x')");
    postgres.execute("insert into manifest_blob values ('m', 'c')");
    database = postgres.database(vertx);
  }

  private ExpiredSessions kept(Duration kept) {
    return new ExpiredSessions(new RetentionStore(database), Optional.of(kept), tally);
  }

  /** A session with a row wherever a session can have rows. */
  private static UUID session(String status, int daysAgo, int events) {
    UUID id = UUID.randomUUID();
    for (String sql :
        List.of(
            "insert into session (id, tenant, agent_name, agent_version, agent_manifest, runtime)"
                + " values ('%1$s', 't', 'a', 1, 'agent', '{}')",
            "insert into head (session_id, tenant, status, active_at) values ('%1$s', 't', '%2$s',"
                + " now() - interval '%3$d days')",
            "insert into snapshot (session_id, no, manifest, covers_seq) values"
                + " ('%1$s', 1, 'm', 0)",
            "insert into turn (session_id, no, status, user_seq) values ('%1$s', 1, 'done', 1)",
            "insert into event (session_id, seq, turn, kind, body) select '%1$s', n, 1, 'message',"
                + " '{}' from generate_series(1, %4$d) n",
            "insert into delta_0 (session_id, seq, turn, kind, body) values"
                + " ('%1$s', 90001, 1, 'delta', '{}')",
            "insert into delta_3 (session_id, seq, turn, kind, body) values"
                + " ('%1$s', 90002, 1, 'delta', '{}')",
            "insert into stream_ticket (hash, tenant, session_id, first_use_until, reuse_until)"
                + " values ('%1$s', 't', '%1$s', now(), now())")) {
      postgres.execute(sql.formatted(id, status, daysAgo, events));
    }
    return id;
  }

  /** Tables of the schema that have rows of sessions. */
  private List<String> tables() {
    List<String> tables = new ArrayList<>();
    Outcome.of(
            database.query(
                "t",
                "select table_name from information_schema.columns where table_schema = 'ash'"
                    + " and column_name = 'session_id' and table_name <> 'forgotten'"))
        .forEach(r -> tables.add(r.getString(0)));
    return tables;
  }

  private List<String> leftOf(UUID id) {
    List<String> left = new ArrayList<>();
    for (String table : tables()) {
      for (Row row :
          Outcome.of(
              database.query(
                  "t",
                  "select count(*) as n from " + table + " where session_id = '" + id + "'"))) {
        if (row.getLong("n") > 0) {
          left.add(table);
        }
      }
    }
    return left;
  }

  @Test
  void leavesNothingOfASessionThatEndedLongAgo() {
    UUID id = session("ended", 31, 10);
    assertThat(leftOf(id))
        .contains("head", "event", "turn", "delta_0", "snapshot", "stream_ticket");

    Outcome.of(kept(MONTH).round());

    assertThat(leftOf(id)).isEmpty();
    assertThat(Outcome.of(database.query("t", "select 1 from session"))).isEmpty();
    assertThat(Outcome.of(database.query("t", "select 1 from forgotten"))).isEmpty();
    assertThat(expired).hasValue(1);
  }

  @Test
  void keepsWhatEndedLatelyOrHasNotEnded() {
    List<UUID> kept = new ArrayList<>();
    kept.add(session("ended", 29, 1));
    for (String status : List.of("starting", "active", "paused", "stopped", "error")) {
      kept.add(session(status, 400, 1));
    }

    Outcome.of(kept(MONTH).round());

    assertThat(kept).allSatisfy(id -> assertThat(leftOf(id)).contains("head", "event", "turn"));
    assertThat(expired).hasValue(0);
  }

  @Test
  void removesAVeryLongJournalInSteps() {
    UUID id = session("ended", 31, 12_500);
    RetentionStore store = new RetentionStore(database);
    Outcome.of(store.forget(List.of(id), MONTH));
    assertThat(leftOf(id)).contains("event").doesNotContain("head", "snapshot");

    int steps = 0;
    while (Outcome.of(store.purge())) {
      steps++;
    }

    assertThat(steps).isEqualTo(3);
    assertThat(leftOf(id)).isEmpty();
  }

  @Test
  void aSessionThatIsRemovedMeanwhileOrHeldByOthersIsPassedOver() {
    UUID id = session("ended", 31, 1);
    List<Future<Void>> rounds = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      rounds.add(kept(MONTH).round());
    }
    rounds.forEach(Outcome::of);

    assertThat(expired).hasValue(1);
    assertThat(leftOf(id)).isEmpty();
  }

  @Test
  void keepsEverythingWithoutALimit() {
    UUID id = session("ended", 4_000, 1);
    Outcome.of(new ExpiredSessions(new RetentionStore(database), Optional.empty(), tally).round());
    assertThat(leftOf(id)).contains("head");
  }

  @Test
  void itsBlobsAreCollectedADayLater() {
    session("ended", 31, 1);
    UUID fork = session("paused", 0, 1);
    postgres.execute("update blob set claimed_at = now() - interval '60 days'");
    UnreferencedBlobs collector =
        new UnreferencedBlobs(
            new CollectorStore(database), Optional.empty(), Duration.ofHours(24), tally);
    Outcome.of(kept(MONTH).round());
    Outcome.of(collector.round());
    assertThat(keys()).containsExactly("agent", "c", "m");
    postgres.execute("delete from snapshot where session_id = '" + fork + "'");
    Outcome.of(collector.round());
    assertThat(keys()).containsExactly("agent", "c", "m");

    postgres.execute("update blob set claimed_at = now() - interval '25 hours'");
    Outcome.of(collector.round());
    Outcome.of(collector.round());

    assertThat(keys()).containsExactly("agent");
    assertThat(Outcome.of(new BlobStore(database).missing(List.of("c")))).containsExactly("c");
  }

  private List<String> keys() {
    List<String> keys = new ArrayList<>();
    Outcome.of(database.query("t", "select key from blob order by key"))
        .forEach(r -> keys.add(r.getString(0)));
    return keys;
  }
}
