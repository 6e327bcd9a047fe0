package io.ash.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.testing.TestPostgres;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import io.vertx.junit5.VertxTestContext;
import io.vertx.sqlclient.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

@ExtendWith(VertxExtension.class)
class DatabaseIT {
  @RegisterExtension static final TestPostgres postgres = TestPostgres.migrated();

  @Test
  void sendsStatementsIntoTheSchemaOfAsh(Vertx vertx, VertxTestContext context) {
    Database database = postgres.database(vertx);

    database
        .query(
            "settings",
            "SELECT current_schema(), current_setting('application_name'),"
                + " current_setting('statement_timeout'), current_setting('lock_timeout'),"
                + " current_setting('timezone'), $1::int",
            Tuple.of(7))
        .onComplete(
            context.succeeding(
                rows ->
                    context.verify(
                        () -> {
                          assertThat(rows.iterator().next().deepToString())
                              .isEqualTo("[ash,ash-test,5s,1s,Pacific/Chatham,7]");
                          context.completeNow();
                        })));
  }
}
