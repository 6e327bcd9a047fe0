package io.ash.coordinator.store;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;

/**
 * The tables {@code ash.schema_migration} and {@code ash.schema_lock}: what was applied, and the
 * row that whoever applies must hold. A row and no advisory lock, because those do nothing on
 * CockroachDB.
 */
final class MigrationBook {
  private static final String TABLES =
      "SELECT table_name FROM information_schema.tables WHERE table_schema = $1 ORDER BY 1";
  private static final String MAKE =
      """
      CREATE SCHEMA IF NOT EXISTS ash;
      CREATE TABLE IF NOT EXISTS ash.schema_lock (id int PRIMARY KEY);
      CREATE TABLE IF NOT EXISTS ash.schema_migration (
        version    int PRIMARY KEY,
        name       text NOT NULL,
        checksum   text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now()
      );
      INSERT INTO ash.schema_lock (id) VALUES (1) ON CONFLICT (id) DO NOTHING;
      """;
  private static final String LOCK = "SELECT id FROM ash.schema_lock WHERE id = 1 FOR UPDATE";
  private static final String READ =
      "SELECT version, name, checksum, applied_at::text FROM ash.schema_migration ORDER BY version";
  private static final String WRITE =
      "INSERT INTO ash.schema_migration (version, name, checksum) VALUES ($1, $2, $3)";

  private final List<Migration> known;

  MigrationBook(List<Migration> known) {
    this.known = known;
  }

  /** Reads the book and refuses what it does not recognise; changes nothing. */
  Future<SchemaStatus> read(SqlConnection connection) {
    return connection
        .preparedQuery(TABLES)
        .execute(Tuple.of(Schema.NAME))
        .compose(
            rows -> {
              List<String> tables = new ArrayList<>();
              rows.forEach(row -> tables.add(row.getString(0)));
              if (tables.contains("schema_migration")) {
                return applied(connection).map(this::compare);
              }
              if (tables.isEmpty()) {
                return Future.succeededFuture(compare(List.of()));
              }
              return Future.failedFuture(foreign(tables));
            });
  }

  /** Makes the empty book where there is none. */
  Future<Void> make(SqlConnection connection) {
    return connection.query(MAKE).execute().mapEmpty();
  }

  /** Waits for the row that one process holds at a time, until the end of the transaction. */
  Future<Void> lock(SqlConnection connection) {
    return connection.query(LOCK).execute().mapEmpty();
  }

  Future<Void> write(SqlConnection connection, Migration migration) {
    return connection
        .preparedQuery(WRITE)
        .execute(Tuple.of(migration.version(), migration.name(), migration.checksum()))
        .mapEmpty();
  }

  private Future<List<SchemaStatus.Applied>> applied(SqlConnection connection) {
    return connection
        .query(READ)
        .execute()
        .map(
            rows -> {
              List<SchemaStatus.Applied> applied = new ArrayList<>();
              for (Row row : rows) {
                applied.add(
                    new SchemaStatus.Applied(
                        row.getInteger(0), row.getString(1), row.getString(2), row.getString(3)));
              }
              return applied;
            });
  }

  private SchemaStatus compare(List<SchemaStatus.Applied> applied) {
    for (int i = 0; i < applied.size(); i++) {
      SchemaStatus.Applied there = applied.get(i);
      if (there.version() > known.size()) {
        throw new MigrationRefused(
            "the database has schema version "
                + applied.get(applied.size() - 1).version()
                + ", this ash knows version "
                + known.size()
                + "; nothing was touched. Start the newer ash again, or restore the backup that was"
                + " made before its upgrade");
      }
      Migration here = known.get(i);
      if (there.version() != here.version() || !there.checksum().equals(here.checksum())) {
        throw new MigrationRefused(
            "migration "
                + there.version()
                + " ("
                + there.name()
                + ") in the database differs from "
                + here.label()
                + " of this ash; nothing was touched. Start the ash that applied it, or restore a"
                + " backup; released migrations are never edited");
      }
    }
    return new SchemaStatus(applied, known.subList(applied.size(), known.size()));
  }

  private static MigrationRefused foreign(List<String> tables) {
    return new MigrationRefused(
        "schema ash of this database holds tables that ash did not make ("
            + String.join(", ", tables.subList(0, Math.min(3, tables.size())))
            + "); nothing was touched. Point ASH_DATABASE_URL at another database, or rename that"
            + " schema with ALTER SCHEMA ash RENAME TO …");
  }
}
