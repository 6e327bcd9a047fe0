package io.ash.coordinator.store;

import io.ash.blob.BlobKeys;
import io.ash.blob.Blobs;
import io.ash.blob.Chunks;
import io.ash.blob.NoSuchBlob;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Blobs in the database ({@code db:}).
 *
 * <p>A blob that was claimed within the last hour is not stamped again: the collector waits a day.
 */
public final class BlobStore implements Blobs {
  private static final int KEYS_PER_STATEMENT = 1_000;

  private final Database database;

  public BlobStore(Database database) {
    this.database = database;
  }

  @Override
  public Future<List<String>> missing(List<String> keys) {
    Set<String> missing = new LinkedHashSet<>(keys);
    List<String> asked = List.copyOf(missing);
    Future<Void> done = Future.succeededFuture();
    for (int from = 0; from < asked.size(); from += KEYS_PER_STATEMENT) {
      List<String> part = asked.subList(from, Math.min(asked.size(), from + KEYS_PER_STATEMENT));
      done = done.compose(before -> claim(part)).onSuccess(missing::removeAll).mapEmpty();
    }
    return done.map(all -> new ArrayList<>(missing));
  }

  @Override
  public Future<Void> put(String key, Buffer packed) {
    if (!BlobKeys.isKey(key) || packed.length() == 0 || packed.length() > Chunks.MAX_STORED) {
      return Future.failedFuture(
          new IllegalArgumentException("not a blob: key " + key + ", " + packed.length() + " B"));
    }
    return database
        .query(
            "blob_put",
            "insert into blob (key, bytes) values ($1, $2)"
                + " on conflict (key) do update set claimed_at = now()",
            Tuple.of(key, packed))
        .mapEmpty();
  }

  @Override
  public Future<Buffer> get(String key) {
    return database
        .query("blob_get", "select bytes from blob where key = $1", Tuple.of(key))
        .compose(
            rows ->
                rows.size() == 0
                    ? Future.failedFuture(new NoSuchBlob(key))
                    : Future.succeededFuture(rows.iterator().next().getBuffer(0)));
  }

  /**
   * Age is judged in {@code old} only: {@code stale} waits for whoever stamps the same blob, and
   * must then still count it though it is no longer old.
   */
  private Future<List<String>> claim(List<String> keys) {
    return database
        .query(
            "blob_claim",
            "with old as materialized (select key from blob where key = any($1)"
                + " and claimed_at < now() - interval '1 hour'),"
                + " stale as materialized (select blob.key from old join blob using (key)"
                + " order by blob.key for no key update of blob),"
                + " stamped as (update blob set claimed_at = now()"
                + " where key in (select key from stale) returning key)"
                + " select key from stamped union all select key from blob where key = any($1)"
                + " and claimed_at >= now() - interval '1 hour'",
            Tuple.of(keys.toArray(String[]::new)))
        .map(
            rows -> {
              List<String> here = new ArrayList<>();
              rows.forEach(row -> here.add(row.getString(0)));
              return here;
            });
  }
}
