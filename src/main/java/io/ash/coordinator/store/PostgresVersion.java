package io.ash.coordinator.store;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;

/**
 * What answers: PostgreSQL, or something that speaks like it.
 *
 * @param text as the server says it
 * @param number as in server_version_num, 170011 for 17.11
 * @param cockroach whether it is CockroachDB, which has neither LISTEN nor advisory locks
 */
record PostgresVersion(String text, int number, boolean cockroach) {
  private static final int OLDEST = 140_000;

  static Future<PostgresVersion> of(SqlConnection connection) {
    return connection
        .query("SELECT version(), current_setting('server_version_num')")
        .execute()
        .map(rows -> rows.iterator().next())
        .map(row -> read(row.getString(0), row.getString(1)));
  }

  static PostgresVersion read(String text, String number) {
    return new PostgresVersion(
        text, Integer.parseInt(number.strip()), text.startsWith("CockroachDB"));
  }

  /** Refuses servers older than the statements of ash can use. */
  PostgresVersion refuseTooOld() {
    if (!cockroach && number < OLDEST) {
      throw new DatabaseRefused(
          "PostgreSQL "
              + number / 10_000
              + " is too old; ash needs 14 or newer: upgrade the server or point ASH_DATABASE_URL"
              + " at another one");
    }
    return this;
  }
}
