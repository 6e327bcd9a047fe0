package io.ash.coordinator.store;

import io.ash.blob.depot.BytesName;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Finds and deletes blobs that nobody refers to and nobody has claimed for a while.
 *
 * <p>A reference is a foreign key to the row, and whoever inserts one holds the row FOR KEY SHARE
 * until it commits; whoever claims, holds it FOR NO KEY UPDATE. So deletion first locks the rows
 * FOR UPDATE, passing over those that somebody holds, and judges them in later statements of the
 * same transaction: what was referred to or claimed before the lock is seen there, and what comes
 * after it waits for the end and then finds the blob missing.
 */
public final class CollectorStore {
  /** Blobs in one deletion, at most. */
  public static final int BATCH = 200;

  private static final int PAGE = 2_000;
  private static final int REFERENCES = 5_000;

  /**
   * Everything that may refer to a blob; a test compares it with the foreign keys of the schema.
   */
  static final String UNREFERENCED =
      """
      not exists (select 1 from manifest_blob m where m.blob_key = b.key)
        and not exists (select 1 from content_blob c where c.blob_key = b.key)
        and not exists (select 1 from agent a where a.manifest = b.key)
        and not exists (select 1 from session s where s.agent_manifest = b.key)
        and not exists (select 1 from snapshot p where p.manifest = b.key)
      """;

  private static final String UNCLAIMED = "b.claimed_at < now() - make_interval(secs => $2)";

  private static final String PAGES =
      """
      with page as materialized (select key, claimed_at,
          coalesce(size, octet_length(bytes)) as size
        from blob where key > $1 order by key limit %d)
      select (select max(key) from page) as upto, (select count(*) from page) as blobs,
        (select coalesce(sum(size), 0)::bigint from page) as bytes,
        array(select b.key from page b where %s and %s) as unwanted
      """
          .formatted(PAGE, UNCLAIMED, UNREFERENCED);

  private static final String LOCK =
      "select b.key from blob b where b.key = any($1) and "
          + UNCLAIMED
          + " order by b.key for update skip locked";

  private static final String UNLINK =
      """
      with free as materialized (select b.key from blob b where b.key = any($1) and %s and %s),
      part as materialized (select m.manifest, m.blob_key from manifest_blob m
        join free on free.key = m.manifest limit %d)
      delete from manifest_blob m using part
      where m.manifest = part.manifest and m.blob_key = part.blob_key
      """
          .formatted(UNCLAIMED, UNREFERENCED, REFERENCES);

  private static final String DELETE =
      """
      delete from blob b where b.key = any($1) and %s and %s
        and not exists (select 1 from manifest_blob m where m.manifest = b.key)
      returning b.key, b.depot, b.tag, coalesce(b.size, octet_length(b.bytes)) as size
      """
          .formatted(UNCLAIMED, UNREFERENCED);

  private static final String AUDIT =
      "update depot set audited_at = now() where id = $1"
          + " and audited_at < now() - make_interval(secs => $2)";

  private static final String OWNED =
      "select key, tag from blob where depot = $1 and key = any($2)";

  private final Database database;

  public CollectorStore(Database database) {
    this.database = database;
  }

  /**
   * Some blobs in the order of their keys.
   *
   * @param upto the last of them, empty where there was none
   * @param bytes of their packed forms
   * @param unwanted those of them that may be deleted, by what is true now
   */
  public record Page(String upto, long blobs, long bytes, List<String> unwanted) {
    /** Whether more may follow. */
    public boolean full() {
      return blobs == PAGE;
    }
  }

  /** Blobs after {@code after}, with those that nobody claimed for {@code unclaimed}. */
  public Future<Page> page(String after, Duration unclaimed) {
    return database
        .query("blob_page", PAGES, Tuple.of(after, seconds(unclaimed)))
        .map(
            rows -> {
              Row r = rows.iterator().next();
              String upto = r.getString("upto");
              return new Page(
                  upto == null ? "" : upto,
                  r.getLong("blobs"),
                  r.getLong("bytes"),
                  List.of(r.getArrayOfStrings("unwanted")));
            });
  }

  /** A row that was deleted; {@code depot} and {@code name} where its bytes lie elsewhere. */
  public record Gone(String key, long size, Optional<Outside> outside) {}

  /** Where bytes lie outside the database. */
  public record Outside(UUID depot, BytesName name) {}

  /**
   * What a deletion did.
   *
   * @param more whether a manifest with very many chunks has to be gone through again
   */
  public record Collected(List<Gone> gone, boolean more) {}

  /** Deletes those of {@code keys} (at most {@value #BATCH}) that are still unwanted and free. */
  public Future<Collected> collect(List<String> keys, Duration unclaimed) {
    double seconds = seconds(unclaimed);
    return database.transaction(
        "blob_collect",
        tx ->
            tx.query("blob_lock", LOCK, Tuple.of(keys.toArray(String[]::new), seconds))
                .compose(
                    locked -> {
                      List<String> free = new ArrayList<>();
                      locked.forEach(r -> free.add(r.getString(0)));
                      return free.isEmpty()
                          ? Future.succeededFuture(new Collected(List.of(), false))
                          : delete(tx, free, seconds);
                    }));
  }

  private static Future<Collected> delete(Statements tx, List<String> locked, double seconds) {
    Tuple args = Tuple.of(locked.toArray(String[]::new), seconds);
    return tx.query("blob_unlink", UNLINK, args)
        .compose(
            unlinked ->
                tx.query("blob_delete", DELETE, args)
                    .map(
                        rows -> {
                          List<Gone> gone = new ArrayList<>();
                          rows.forEach(r -> gone.add(gone(r)));
                          return new Collected(gone, unlinked.rowCount() == REFERENCES);
                        }));
  }

  private static Gone gone(Row r) {
    String key = r.getString("key");
    UUID depot = r.getUUID("depot");
    return new Gone(
        key,
        r.getInteger("size"),
        depot == null
            ? Optional.empty()
            : Optional.of(new Outside(depot, new BytesName(key, r.getString("tag")))));
  }

  /** Takes the turn to compare a depot with its rows, where nobody has for {@code since}. */
  public Future<Boolean> beginAudit(UUID depot, Duration since) {
    return database
        .query("depot_audit", AUDIT, Tuple.of(depot, seconds(since)))
        .map(rows -> rows.rowCount() == 1);
  }

  /** Those of {@code names} that no row has. */
  public Future<List<BytesName>> withoutRow(UUID depot, List<BytesName> names) {
    String[] keys = names.stream().map(BytesName::key).distinct().toArray(String[]::new);
    return database
        .query("depot_owned", OWNED, Tuple.of(depot).addValue(keys))
        .map(
            rows -> {
              Set<BytesName> owned = new HashSet<>();
              rows.forEach(r -> owned.add(new BytesName(r.getString("key"), r.getString("tag"))));
              return names.stream().filter(name -> !owned.contains(name)).toList();
            });
  }

  static double seconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }
}
