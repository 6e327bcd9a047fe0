package io.ash.coordinator.store;

import io.ash.model.Binding;
import io.ash.model.RunnerMove;
import io.ash.model.RunnerStatus;
import io.ash.model.SessionId;
import io.ash.wire.Heartbeat;
import io.ash.wire.Hosted;
import io.ash.wire.RegisterRunner;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Runners: their boots, leases and what is bound to them. */
public final class FleetStore {
  private static final String REGISTER =
      """
      insert into runner (id, incarnation, host, port, status, cap, lease_until)
      values ($1, $2, $3, $4, $7, $5, now() + $6 * interval '1 millisecond')
      on conflict (id) do update set incarnation = excluded.incarnation, host = excluded.host,
        port = excluded.port, status = excluded.status, cap = excluded.cap,
        reserved = case when runner.incarnation = excluded.incarnation then runner.reserved else 0 end,
        lease_until = excluded.lease_until, stats = excluded.stats, registered_at = now(), beat_at = now()
      """;

  private static final String BEAT =
      """
      with u as (update runner set beat_at = now(), stats = $3, cap = $7,
          lease_until = now() + $4 * interval '1 millisecond'
        where id = $1 and incarnation = $2 and status in ('ready', 'draining')
        returning status)
      select u.status, x.session_id, x.epoch from u left join (
        select x.session_id, x.epoch from unnest($5::uuid[], $6::bigint[]) as x(session_id, epoch)
          left join head h on h.session_id = x.session_id
        where h.session_id is null or h.epoch > x.epoch
          or (h.epoch = x.epoch and (h.runner_id, h.incarnation) is distinct from ($1, $2))) x on true
      """;

  private static final String LEAVE =
      "update runner set status = $3, reserved = 0, lease_until = now()"
          + " where id = $1 and incarnation = $2 and status = any ($4::text[])";

  private static final String EXPIRE =
      "update runner set status = $1, reserved = 0 where status = any ($2::text[])"
          + " and lease_until < now() returning id";

  private static final String ORPHANS =
      """
      select h.session_id, h.runner_id, h.incarnation, h.epoch from head h
        left join runner r on r.id = h.runner_id and r.incarnation = h.incarnation
      where h.runner_id is not null and (r.id is null or r.status in ('lost', 'gone'))
      order by h.session_id limit 1000
      """;

  private static final String RUNNERS =
      "select id, incarnation, host, port, status, cap, reserved, stats, beat_at from runner"
          + " where status in ('ready', 'draining') order by cap - reserved desc, id";

  private final Database database;

  public FleetStore(Database database) {
    this.database = database;
  }

  /** A runner that is alive. */
  public record RunnerRow(
      String id,
      UUID incarnation,
      String host,
      int port,
      RunnerStatus status,
      int cap,
      int reserved,
      String stats,
      Instant beatAt) {}

  /** What a heartbeat found: how the runner stands, and what it hosts without right. */
  public record Beat(RunnerStatus status, List<Hosted> drop) {}

  /** Writes one boot of a runner down; slots of an earlier boot count no more. */
  public Future<Void> register(RegisterRunner call, long leaseMs) {
    return database
        .query(
            "runner.register",
            REGISTER,
            Tuple.of(
                    call.runner(),
                    call.incarnation(),
                    call.host(),
                    call.port(),
                    call.maxSandboxes())
                .addValue(leaseMs)
                .addValue(RunnerMove.REGISTER.to().text()))
        .mapEmpty();
  }

  /** Renews a lease; nothing for a boot that is not known as alive. */
  public Future<Optional<Beat>> beat(Heartbeat call, String stats, long leaseMs) {
    UUID[] sessions = new UUID[call.hosted().size()];
    Long[] epochs = new Long[sessions.length];
    for (int i = 0; i < sessions.length; i++) {
      sessions[i] = call.hosted().get(i).session().value();
      epochs[i] = call.hosted().get(i).epoch();
    }
    return database
        .query(
            "runner.heartbeat",
            BEAT,
            Tuple.of(call.runner(), call.incarnation(), stats, leaseMs)
                .addValue(sessions)
                .addValue(epochs)
                .addValue(call.cap()))
        .map(FleetStore::beat);
  }

  private static Optional<Beat> beat(RowSet<Row> rows) {
    if (rows.size() == 0) {
      return Optional.empty();
    }
    List<Hosted> drop = new ArrayList<>();
    RunnerStatus status = RunnerStatus.READY;
    for (Row r : rows) {
      status = RunnerStatus.of(r.getString("status"));
      if (r.getUUID("session_id") != null) {
        drop.add(new Hosted(new SessionId(r.getUUID("session_id")), r.getLong("epoch")));
      }
    }
    return Optional.of(new Beat(status, drop));
  }

  /** Says good-bye to one boot of a runner. */
  public Future<Void> deregister(String runner, UUID incarnation) {
    RunnerMove move = RunnerMove.DEREGISTER;
    return database
        .query(
            "runner.deregister",
            LEAVE,
            Tuple.of(runner, incarnation, move.to().text()).addValue(move.sources()))
        .mapEmpty();
  }

  /** Declares runners lost whose lease ran out; answers their ids. */
  public Future<List<String>> expire() {
    RunnerMove move = RunnerMove.EXPIRE;
    return database
        .query("runner.expire", EXPIRE, Tuple.of(move.to().text()).addValue(move.sources()))
        .map(
            rows -> {
              List<String> ids = new ArrayList<>();
              rows.forEach(r -> ids.add(r.getString(0)));
              return ids;
            });
  }

  /** Sessions bound to a boot of a runner that is not alive, whatever the reason. */
  public Future<List<Binding>> orphans() {
    return database
        .query("runner.orphans", ORPHANS, Tuple.tuple())
        .map(
            rows -> {
              List<Binding> all = new ArrayList<>();
              rows.forEach(
                  r ->
                      all.add(
                          new Binding(
                              new SessionId(r.getUUID("session_id")),
                              r.getString("runner_id"),
                              r.getUUID("incarnation"),
                              r.getLong("epoch"))));
              return all;
            });
  }

  /** Runners that are alive, those with most room first. */
  public Future<List<RunnerRow>> runners() {
    return database
        .query("runner.list", RUNNERS, Tuple.tuple())
        .map(
            rows -> {
              List<RunnerRow> all = new ArrayList<>();
              rows.forEach(
                  r ->
                      all.add(
                          new RunnerRow(
                              r.getString("id"),
                              r.getUUID("incarnation"),
                              r.getString("host"),
                              r.getInteger("port"),
                              RunnerStatus.of(r.getString("status")),
                              r.getInteger("cap"),
                              r.getInteger("reserved"),
                              r.getString("stats"),
                              r.getOffsetDateTime("beat_at").toInstant())));
              return all;
            });
  }
}
