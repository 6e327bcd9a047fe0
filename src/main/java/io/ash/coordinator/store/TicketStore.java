package io.ash.coordinator.store;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Tickets for streams, by hash; lifetimes are measured by the clock of the database. */
public final class TicketStore {
  private final Database database;

  public TicketStore(Database database) {
    this.database = database;
  }

  /**
   * A ticket to be stored.
   *
   * @param keyId the key it lives with; empty for one that is no row
   */
  public record NewTicket(
      String hash,
      String tenant,
      UUID session,
      Optional<UUID> keyId,
      Duration firstUse,
      Duration reuse) {}

  /** On whose behalf a ticket was issued. */
  public record Owner(String tenant, Optional<UUID> keyId) {}

  /** Stores a ticket, and takes a few dead ones away. */
  public Future<Void> insert(NewTicket ticket) {
    return database
        .query(
            "stream_ticket_insert",
            "with dead as (delete from stream_ticket where hash in (select hash from stream_ticket"
                + " where reuse_until < now() order by reuse_until limit 20"
                + " for update skip locked))"
                + " insert into stream_ticket"
                + " (hash, tenant, session_id, key_id, first_use_until, reuse_until) values"
                + " ($1, $2, $3, $4, now() + $5 * interval '1 second',"
                + " now() + $6 * interval '1 second')",
            Tuple.of(
                ticket.hash(),
                ticket.tenant(),
                ticket.session(),
                ticket.keyId().orElse(null),
                (double) ticket.firstUse().toSeconds(),
                (double) ticket.reuse().toSeconds()))
        .mapEmpty();
  }

  /**
   * Uses a ticket of a session: the first time while that is allowed, later only where the request
   * {@code continues}. One statement, so of two first uses one wins.
   */
  public Future<Optional<Owner>> redeem(List<String> hashes, UUID session, boolean continues) {
    return database
        .query(
            "stream_ticket_redeem",
            "update stream_ticket set used = true where hash = any($1) and session_id = $2"
                + " and ((not used and first_use_until > now())"
                + " or (used and $3 and reuse_until > now()))"
                + " returning tenant, key_id",
            Tuple.of(hashes.toArray(String[]::new), session, continues))
        .map(
            rows -> {
              if (rows.size() == 0) {
                return Optional.empty();
              }
              Row row = rows.iterator().next();
              return Optional.of(new Owner(row.getString(0), Optional.ofNullable(row.getUUID(1))));
            });
  }
}
