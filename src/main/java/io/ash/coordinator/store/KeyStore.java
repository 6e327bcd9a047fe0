package io.ash.coordinator.store;

import io.vertx.core.Future;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Tenants and their API keys. */
public final class KeyStore {
  private final Database database;

  public KeyStore(Database database) {
    this.database = database;
  }

  /**
   * A key as it is stored.
   *
   * @param prefix what is shown of it
   */
  public record StoredKey(UUID id, String tenant, String hash, String prefix, String label) {}

  /** What a key stands for. */
  public record KeyOwner(UUID id, String tenant) {}

  /** A key as it is listed. */
  public record KeyLine(UUID id, String label, String prefix, Instant createdAt) {}

  /** Makes a tenant unless it is there; answers its blob key. */
  public Future<String> ensureTenant(String tenant, String freshBlobKey) {
    return database
        .query(
            "tenant_ensure",
            "insert into tenant (id, blob_key) values ($1, $2)"
                + " on conflict (id) do update set id = excluded.id returning blob_key",
            Tuple.of(tenant, freshBlobKey))
        .map(rows -> rows.iterator().next().getString(0));
  }

  /** The owner of the key with one of these hashes. */
  public Future<Optional<KeyOwner>> find(List<String> hashes) {
    return database
        .query(
            "api_key_find",
            "select id, tenant from api_key where key_hash = any($1) limit 1",
            Tuple.of(hashes.toArray(String[]::new)))
        .map(
            rows ->
                rows.size() == 0
                    ? Optional.empty()
                    : Optional.of(
                        new KeyOwner(
                            rows.iterator().next().getUUID(0),
                            rows.iterator().next().getString(1))));
  }

  /** Whether any key is stored. */
  public Future<Boolean> any() {
    return database
        .query("api_key_any", "select exists (select from api_key)", Tuple.tuple())
        .map(rows -> rows.iterator().next().getBoolean(0));
  }

  /** Stores a key unless its tenant has {@code most} already; answers whether it did. */
  public Future<Boolean> insert(StoredKey key, int most) {
    return database
        .query(
            "api_key_insert",
            "insert into api_key (id, tenant, key_hash, prefix, label)"
                + " select $1, $2, $3, $4, $5"
                + " where (select count(*) from api_key where tenant = $2) < $6",
            Tuple.of(key.id(), key.tenant(), key.hash(), key.prefix(), key.label(), most))
        .map(rows -> rows.rowCount() == 1);
  }

  /** Stores a key unless one with its id is there; answers whether its hash is the stored one. */
  public Future<Boolean> insertFirst(StoredKey key) {
    return database
        .query(
            "api_key_insert_first",
            "insert into api_key (id, tenant, key_hash, prefix, label)"
                + " values ($1, $2, $3, $4, $5)"
                + " on conflict (id) do update set id = excluded.id returning key_hash = $3",
            Tuple.of(key.id(), key.tenant(), key.hash(), key.prefix(), key.label()))
        .map(rows -> rows.iterator().next().getBoolean(0));
  }

  /** The keys of a tenant, newest first. */
  public Future<List<KeyLine>> list(String tenant, int most) {
    return database
        .query(
            "api_key_list",
            "select id, label, prefix, created_at from api_key where tenant = $1"
                + " order by created_at desc, id limit $2",
            Tuple.of(tenant, most))
        .map(
            rows -> {
              List<KeyLine> all = new ArrayList<>();
              rows.forEach(
                  r ->
                      all.add(
                          new KeyLine(
                              r.getUUID(0),
                              r.getString(1),
                              r.getString(2),
                              r.getOffsetDateTime(3).toInstant())));
              return all;
            });
  }

  /** Deletes a key of a tenant, and the tickets issued with it; answers whether there was one. */
  public Future<Boolean> delete(String tenant, UUID id) {
    return database
        .query(
            "api_key_delete",
            "delete from api_key where tenant = $1 and id = $2",
            Tuple.of(tenant, id))
        .map(rows -> rows.rowCount() == 1);
  }
}
