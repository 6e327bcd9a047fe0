package io.ash.coordinator.store;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Agents by tenant and name.
 *
 * <p>Every change is one statement that gives the row a new revision; changes that build on what
 * was read name the revision they read and do nothing where it is another by now.
 */
public final class AgentStore {
  private static final String ROW =
      " id, tenant, name, version, path, manifest, definition, env, config, revision,"
          + " created_at, updated_at";

  private static final String KEEP_BLOBS =
      ", kept as (insert into manifest_blob (manifest, blob_key)"
          + " select $4, key from unnest($9::text[]) key where exists (select from done)"
          + " on conflict do nothing) select"
          + ROW
          + " from done";

  private final Database database;

  public AgentStore(Database database) {
    this.database = database;
  }

  /**
   * An agent as it is stored.
   *
   * @param path where it came from
   * @param manifest key of the manifest blob
   * @param definition JSON, see {@code AgentDefinition}
   * @param env JSON, name to sealed value
   * @param config JSON object, whatever clients put there
   * @param revision another one after every change
   */
  public record AgentRow(
      UUID id,
      String tenant,
      String name,
      int version,
      String path,
      String manifest,
      String definition,
      String env,
      String config,
      UUID revision,
      Instant createdAt,
      Instant updatedAt) {}

  /**
   * What a deploy stores.
   *
   * @param chunks keys the manifest refers to; their blobs must be stored
   * @param env new environment, or nothing to keep the one that is there
   */
  public record Content(
      String path,
      String manifest,
      String definition,
      Optional<String> env,
      Collection<String> chunks) {}

  /** The agent of a tenant. */
  public Future<Optional<AgentRow>> find(String tenant, String name) {
    return database
        .query(
            "agent_find",
            "select" + ROW + " from agent where tenant = $1 and name = $2",
            Tuple.of(tenant, name))
        .map(AgentStore::first);
  }

  /** Agents of all tenants that may want sandboxes kept ready, at most {@code most}. */
  public Future<List<AgentRow>> warm(int most) {
    return database
        .query(
            "agent_warm",
            "select"
                + ROW
                + " from agent where definition like '%\"warm\":%' or config like '%preWarmCount%'"
                + " order by tenant, name limit $1",
            Tuple.of(most))
        .map(
            rows -> {
              List<AgentRow> all = new ArrayList<>();
              rows.forEach(row -> all.add(row(row)));
              return all;
            });
  }

  /** The agents of a tenant by name, at most {@code most}. */
  public Future<List<AgentRow>> list(String tenant, int most) {
    return database
        .query(
            "agent_list",
            "select" + ROW + " from agent where tenant = $1 order by name collate \"C\" limit $2",
            Tuple.of(tenant, most))
        .map(
            rows -> {
              List<AgentRow> all = new ArrayList<>();
              rows.forEach(row -> all.add(row(row)));
              return all;
            });
  }

  /**
   * Inserts an agent as version 1, or replaces it as its next version: whatever is there, or only
   * {@code expected}. Nothing comes back where it is another revision.
   */
  public Future<Optional<AgentRow>> save(
      String tenant, String name, Content content, Optional<UUID> expected) {
    return change(
        "agent_save",
        "with done as (insert into agent (id, tenant, name, path, manifest, definition, env,"
            + " revision) values ($7, $1, $2, $3, $4, $5, coalesce($6::text, '{}'),"
            + " gen_random_uuid())"
            + " on conflict (tenant, name) do update set version = agent.version + 1,"
            + " path = excluded.path, manifest = excluded.manifest,"
            + " definition = excluded.definition, env = coalesce($6, agent.env),"
            + " revision = excluded.revision, updated_at = now()"
            + " where $8::uuid is null or agent.revision = $8 returning *)"
            + KEEP_BLOBS,
        tenant,
        name,
        content,
        expected);
  }

  /** Replaces the content of an agent that is there in the revision {@code expected}. */
  public Future<Optional<AgentRow>> edit(
      String tenant, String name, Content content, UUID expected) {
    return change(
        "agent_edit",
        "with done as (update agent set version = version + 1, path = $3, manifest = $4,"
            + " definition = $5, env = coalesce($6::text, env),"
            + " revision = coalesce($7::uuid, revision), updated_at = now()"
            + " where tenant = $1 and name = $2 and revision = $8 returning *)"
            + KEEP_BLOBS,
        tenant,
        name,
        content,
        Optional.of(expected));
  }

  /** Changes what is no part of the files; nothing comes back where the revision is another. */
  public Future<Optional<AgentRow>> patch(
      String tenant, String name, Optional<String> env, Optional<String> config, UUID expected) {
    return database
        .query(
            "agent_patch",
            "update agent set env = coalesce($3::text, env), config = coalesce($4::text, config),"
                + " revision = gen_random_uuid(), updated_at = now()"
                + " where tenant = $1 and name = $2 and revision = $5 returning"
                + ROW,
            Tuple.of(tenant, name, env.orElse(null), config.orElse(null), expected))
        .map(AgentStore::first);
  }

  /** Deletes an agent; answers whether there was one. */
  public Future<Boolean> delete(String tenant, String name) {
    return database
        .query(
            "agent_delete",
            "delete from agent where tenant = $1 and name = $2",
            Tuple.of(tenant, name))
        .map(rows -> rows.rowCount() == 1);
  }

  private Future<Optional<AgentRow>> change(
      String statement,
      String sql,
      String tenant,
      String name,
      Content content,
      Optional<UUID> expected) {
    return database
        .query(
            statement,
            sql,
            Tuple.tuple()
                .addValue(tenant)
                .addValue(name)
                .addValue(content.path())
                .addValue(content.manifest())
                .addValue(content.definition())
                .addValue(content.env().orElse(null))
                .addValue(UUID.randomUUID())
                .addValue(expected.orElse(null))
                .addValue(content.chunks().toArray(String[]::new)))
        .map(AgentStore::first);
  }

  private static Optional<AgentRow> first(RowSet<Row> rows) {
    return rows.size() == 0 ? Optional.empty() : Optional.of(row(rows.iterator().next()));
  }

  private static AgentRow row(Row r) {
    return new AgentRow(
        r.getUUID("id"),
        r.getString("tenant"),
        r.getString("name"),
        r.getInteger("version"),
        r.getString("path"),
        r.getString("manifest"),
        r.getString("definition"),
        r.getString("env"),
        r.getString("config"),
        r.getUUID("revision"),
        r.getOffsetDateTime("created_at").toInstant(),
        r.getOffsetDateTime("updated_at").toInstant());
  }
}
