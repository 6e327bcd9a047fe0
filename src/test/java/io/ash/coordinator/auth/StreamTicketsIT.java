package io.ash.coordinator.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.config.Secret;
import io.ash.coordinator.store.KeyStore;
import io.ash.coordinator.store.TicketStore;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.model.SessionId;
import io.ash.testing.ManualTicker;
import io.ash.testing.Outcome;
import io.ash.testing.TestPostgres;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

@ExtendWith(VertxExtension.class)
class StreamTicketsIT {
  @RegisterExtension static final TestPostgres postgres = TestPostgres.migrated();

  private final KeyHashes hashes = new KeyHashes(Optional.empty());
  private final SessionId session = SessionId.random();
  private TicketStore store;
  private StreamTickets tickets;
  private Keys keys;
  private Keys.Made key;
  private Caller caller;

  @BeforeEach
  void open(Vertx vertx) {
    var database = postgres.database(vertx);
    KeyStore keyStore = new KeyStore(database);
    store = new TicketStore(database);
    tickets = new StreamTickets(store, hashes, Optional.empty());
    keys = new Keys(keyStore, new Tenants(keyStore), hashes, Optional.empty(), new ManualTicker());
    key = Outcome.of(keys.create("acme", "x"));
    caller = new Caller("acme", Optional.of(key.id()));
  }

  @Test
  void opensItsStreamOnceAndAgainForThoseWhoContinue() {
    String ticket = Outcome.of(tickets.issue(caller, session));

    assertThat(ticket).matches("[A-Za-z0-9_-]{43}");
    assertThat(Outcome.of(tickets.redeem(ticket, session, false))).isEqualTo(caller);
    assertRefused(tickets.redeem(ticket, session, false));
    assertThat(Outcome.of(tickets.redeem(ticket, session, true))).isEqualTo(caller);
    assertThat(Outcome.of(tickets.redeem(ticket, session, true))).isEqualTo(caller);
  }

  @Test
  void opensNoOtherStream() {
    String ticket = Outcome.of(tickets.issue(caller, session));

    assertRefused(tickets.redeem(ticket, SessionId.random(), true));
    assertThat(Outcome.of(tickets.redeem(ticket, session, false))).isEqualTo(caller);
  }

  @Test
  void isTooOldAfterAMinuteUnusedAndAfterHalfADayUsed() {
    String unused = Outcome.of(tickets.issue(caller, session));
    String used = Outcome.of(tickets.issue(caller, session));
    Outcome.of(tickets.redeem(used, session, false));
    postgres.execute(
        "update ash.stream_ticket set first_use_until = first_use_until - interval '60 s',"
            + " reuse_until = reuse_until - interval '60 s'");

    assertRefused(tickets.redeem(unused, session, false));
    assertRefused(tickets.redeem(unused, session, true));
    assertThat(Outcome.of(tickets.redeem(used, session, true))).isEqualTo(caller);

    postgres.execute("update ash.stream_ticket set reuse_until = reuse_until - interval '12 h'");

    assertRefused(tickets.redeem(used, session, true));
  }

  @Test
  void diesWithItsKey() {
    String ticket = Outcome.of(tickets.issue(caller, session));
    Outcome.of(tickets.redeem(ticket, session, false));

    Outcome.of(keys.delete("acme", key.id()));

    assertRefused(tickets.redeem(ticket, session, true));
  }

  @Test
  void diesWithTheKeyFromTheEnvironment() {
    Caller operator = new Caller("default", Optional.empty());
    StreamTickets before = new StreamTickets(store, hashes, Optional.of(new Secret("one")));
    StreamTickets after = new StreamTickets(store, hashes, Optional.of(new Secret("two")));
    String ticket = Outcome.of(before.issue(operator, session));

    assertRefused(after.redeem(ticket, session, false));
    assertRefused(tickets.redeem(ticket, session, false));
    assertThat(Outcome.of(before.redeem(ticket, session, false))).isEqualTo(operator);
  }

  @Test
  void isUsedOnceByManyAtOnce() {
    String ticket = Outcome.of(tickets.issue(caller, session));
    List<Future<Caller>> uses =
        IntStream.range(0, 16).mapToObj(i -> tickets.redeem(ticket, session, false)).toList();

    Outcome.of(Future.join(uses).otherwiseEmpty());

    assertThat(uses.stream().filter(Future::succeeded)).hasSize(1);
  }

  @Test
  void refusesTextsThatAreNoTicket() {
    for (String text : List.of("", "x", "\0".repeat(43), "A".repeat(43), "' or true --")) {
      assertRefused(tickets.redeem(text, session, true));
    }
  }

  @Test
  void takesDeadTicketsAway() {
    Outcome.of(tickets.issue(caller, session));
    postgres.execute("update ash.stream_ticket set reuse_until = now() - interval '1 s'");

    String ticket = Outcome.of(tickets.issue(caller, session));

    assertThat(Outcome.of(tickets.redeem(ticket, session, false))).isEqualTo(caller);
    postgres.execute(
        "do $$ begin if (select count(*) from ash.stream_ticket) <> 1 then"
            + " raise exception 'dead tickets stay'; end if; end $$");
  }

  private static void assertRefused(Future<Caller> answer) {
    assertThat(Outcome.failureOf(answer))
        .isInstanceOfSatisfying(
            Refused.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.UNAUTHORIZED));
  }
}
