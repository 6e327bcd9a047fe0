package io.ash.coordinator.store;

import io.ash.blob.BlobKeys;
import io.ash.blob.Blobs;
import io.ash.blob.Chunks;
import io.ash.blob.CorruptBlob;
import io.ash.blob.NoSuchBlob;
import io.ash.blob.depot.BytesName;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Blobs: their rows in the database, their bytes there ({@code db:}) or in a depot.
 *
 * <p>A row exists when its bytes are durable, and not before. A blob that was claimed within the
 * last hour is not stamped again: the collector waits a day.
 */
public final class BlobStore implements Blobs {
  private static final Logger LOG = LoggerFactory.getLogger(BlobStore.class);
  private static final int KEYS_PER_STATEMENT = 1_000;

  /** What can be read here and now; $2 is the depot of this process. */
  private static final String HERE = "not lost and (depot is null or depot = $2)";

  /**
   * Age is judged in {@code old} only: {@code stale} waits for whoever stamps the same blob, and
   * must then still count it though it is no longer old.
   */
  private static final String CLAIM =
      """
      with old as materialized (select key from blob where key = any($1)
        and claimed_at < now() - interval '1 hour'),
      stale as materialized (select blob.key from old join blob using (key)
        order by blob.key for no key update of blob),
      stamped as (update blob set claimed_at = now()
        where key in (select key from stale) returning key, lost, depot)
      select key from stamped where %1$s
      union all select key from blob where key = any($1)
        and claimed_at >= now() - interval '1 hour' and %1$s
      """
          .formatted(HERE);

  private static final String PUT =
      "insert into blob (key, bytes) values ($1, $2) on conflict (key) do update set"
          + " claimed_at = now(), bytes = case when blob.depot is null then blob.bytes"
          + " else excluded.bytes end, depot = null, tag = null, size = null, crc = null,"
          + " lost = false";

  /** The bytes that came last are taken only where those of before cannot be read. */
  private static final String PUT_OUTSIDE =
      """
      insert into blob as b (key, depot, tag, size, crc) values ($1, $2, $3, $4, $5)
      on conflict (key) do update set claimed_at = now(), lost = false,
        bytes = case when %1$s then b.bytes end,
        depot = case when %1$s then b.depot else excluded.depot end,
        tag = case when %1$s then b.tag else excluded.tag end,
        size = case when %1$s then b.size else excluded.size end,
        crc = case when %1$s then b.crc else excluded.crc end
      returning tag
      """
          .formatted("not b.lost and (b.depot is null or b.depot = excluded.depot)");

  private static final String GET =
      "select bytes, depot, tag, size, crc, (select url from depot where id = blob.depot) as url"
          + " from blob where key = $1";

  private static final String LOSE = "update blob set lost = true where key = $1 and tag = $2";

  private final Database database;
  private final Optional<OpenDepot> depot;

  /** Puts bytes into the database. */
  public BlobStore(Database database) {
    this(database, Optional.empty());
  }

  /** Puts bytes into the depot; reads those in the database, too. */
  public BlobStore(Database database, Optional<OpenDepot> depot) {
    this.database = database;
    this.depot = depot;
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
    return depot.isEmpty()
        ? database.query("blob_put", PUT, Tuple.of(key, packed)).mapEmpty()
        : claim(List.of(key))
            .compose(
                here ->
                    here.isEmpty()
                        ? putOutside(depot.get(), key, packed)
                        : Future.succeededFuture());
  }

  /**
   * Bytes first, then the row. Where the row has other bytes by now, ours are nobody's and go;
   * where it is unknown what became of the row they stay, and the audit finds them if they are
   * nobody's.
   */
  private Future<Void> putOutside(OpenDepot open, String key, Buffer packed) {
    BytesName name = BytesName.fresh(key);
    Tuple row = Tuple.of(key, open.id(), name.tag(), packed.length(), crc(packed));
    return open.dock()
        .write(name, packed)
        .compose(written -> database.query("blob_put_outside", PUT_OUTSIDE, row))
        .compose(
            rows ->
                name.tag().equals(rows.iterator().next().getString("tag"))
                    ? Future.succeededFuture()
                    : open.dock().delete(List.of(name)).otherwiseEmpty());
  }

  @Override
  public Future<Buffer> get(String key) {
    return get(key, true);
  }

  private Future<Buffer> get(String key, boolean again) {
    return database
        .query("blob_get", GET, Tuple.of(key))
        .compose(
            rows -> {
              if (rows.size() == 0) {
                return Future.failedFuture(new NoSuchBlob(key));
              }
              Row row = rows.iterator().next();
              Buffer bytes = row.getBuffer("bytes");
              return bytes != null ? Future.succeededFuture(bytes) : getOutside(key, row, again);
            });
  }

  private Future<Buffer> getOutside(String key, Row row, boolean again) {
    UUID where = row.getUUID("depot");
    if (depot.isEmpty() || !depot.get().id().equals(where)) {
      return Future.failedFuture(elsewhere(key, row.getString("url")));
    }
    BytesName name = new BytesName(key, row.getString("tag"));
    int size = row.getInteger("size");
    int crc = row.getInteger("crc");
    return depot
        .get()
        .dock()
        .read(name, size)
        .compose(
            found -> {
              if (found.isPresent() && found.get().length() == size && crc(found.get()) == crc) {
                return Future.succeededFuture(found.get());
              }
              return lose(name, found.isPresent())
                  .compose(
                      stillThere ->
                          stillThere || !again
                              ? Future.failedFuture(
                                  found.isPresent()
                                      ? new CorruptBlob(key, "its bytes are not those written")
                                      : new NoSuchBlob(key))
                              : get(key, false));
            });
  }

  /** Notes that bytes are gone or damaged; false where the row has others by now, or is gone. */
  private Future<Boolean> lose(BytesName name, boolean damaged) {
    return database
        .query("blob_lose", LOSE, Tuple.of(name.key(), name.tag()))
        .map(
            rows -> {
              if (rows.rowCount() == 1) {
                LOG.atError()
                    .addKeyValue("blob", name)
                    .addKeyValue("depot", depot.map(d -> d.dock().url()).orElse(""))
                    .log(
                        damaged
                            ? "bytes of a blob are damaged; it is stored anew when it comes again"
                            : "bytes of a blob are gone; it is stored anew when it comes again");
              }
              return rows.rowCount() == 1;
            });
  }

  private Refused elsewhere(String key, @Nullable String url) {
    return new Refused(
        Refusal.NOT_CONFIGURED,
        "Blob %s lies in %s and this server stores files in %s; set ASH_SNAPSHOT_URL to %s to read it."
            .formatted(key, url, depot.map(d -> d.dock().url()).orElse("the database"), url));
  }

  private static int crc(Buffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.getBytes());
    return (int) crc.getValue();
  }

  private Future<List<String>> claim(List<String> keys) {
    UUID current = depot.map(OpenDepot::id).orElse(null);
    return database
        .query("blob_claim", CLAIM, Tuple.of(keys.toArray(String[]::new), current))
        .map(
            rows -> {
              List<String> here = new ArrayList<>();
              rows.forEach(row -> here.add(row.getString(0)));
              return here;
            });
  }
}
