package io.ash.coordinator.store;

import io.ash.blob.depot.Dock;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.Optional;
import java.util.UUID;

/**
 * Depots the database knows, each with its mark.
 *
 * <p>The mark names the row and is random besides; the first server to use a depot leaves it there
 * and writes it into the row. So a server that sees another directory under the same URL, an empty
 * mount point, or the depot of another database finds another mark, or none, and is refused.
 */
public final class DepotStore {
  private final Database database;

  public DepotStore(Database database) {
    this.database = database;
  }

  private record Known(UUID id, Optional<String> mark) {
    boolean owns(String found) {
      return found.startsWith(id + " ");
    }
  }

  /**
   * Tries the depot and makes sure that it is the one this database uses; fails with {@link
   * DepotRefused} where it is not, and with what the depot said where it does not work.
   */
  public Future<OpenDepot> open(Dock dock) {
    return dock.probe()
        .compose(works -> row(dock.url()))
        .compose(
            known ->
                dock.mark()
                    .compose(
                        found ->
                            known.mark().isPresent()
                                ? same(known, found, dock)
                                : first(known, found, dock))
                    .map(mark -> new OpenDepot(known.id(), mark, dock)));
  }

  private Future<Known> row(String url) {
    return database
        .query(
            "depot_know",
            "insert into depot (id, url) values ($1, $2) on conflict (url) do nothing",
            Tuple.of(UUID.randomUUID(), url))
        .compose(
            done ->
                database.query(
                    "depot_find", "select id, mark from depot where url = $1", Tuple.of(url)))
        .map(
            rows -> {
              Row row = rows.iterator().next();
              return new Known(row.getUUID("id"), Optional.ofNullable(row.getString("mark")));
            });
  }

  /** Nobody has used it yet: who leaves the first mark, and who writes it down, decide for all. */
  private Future<String> first(Known known, Optional<String> found, Dock dock) {
    Future<String> left =
        found.isPresent()
            ? Future.succeededFuture(found.get())
            : dock.mark(known.id() + " " + UUID.randomUUID());
    return left.compose(
        mark ->
            known.owns(mark)
                ? database
                    .query(
                        "depot_mark",
                        "update depot set mark = coalesce(mark, $2) where id = $1 returning mark",
                        Tuple.of(known.id(), mark))
                    .compose(
                        rows ->
                            same(
                                new Known(
                                    known.id(),
                                    Optional.of(rows.iterator().next().getString("mark"))),
                                Optional.of(mark),
                                dock))
                : Future.failedFuture(foreign(dock)));
  }

  private static Future<String> same(Known known, Optional<String> found, Dock dock) {
    if (found.isEmpty()) {
      return Future.failedFuture(
          new DepotRefused(
              dock.url()
                  + " holds no mark of this database, which has used it before: it is empty or"
                  + " another place. See that it is mounted, or restore it"));
    }
    if (found.equals(known.mark())) {
      return Future.succeededFuture(found.get());
    }
    return Future.failedFuture(
        known.owns(found.get())
            ? new DepotRefused(
                dock.url()
                    + " is not the place that other servers of this database see there: it has"
                    + " another mark. Mount the same one on every server")
            : foreign(dock));
  }

  private static DepotRefused foreign(Dock dock) {
    return new DepotRefused(
        dock.url()
            + " is used by another database, or under another URL. Give every database a place of"
            + " its own, and name it alike on every server");
  }
}
