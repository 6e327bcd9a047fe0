package io.ash.coordinator.store;

import static io.ash.coordinator.store.MigratorProgram.MIGRATIONS;
import static io.ash.coordinator.store.Results.done;
import static io.ash.coordinator.store.Results.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.ash.testing.ChildJvm;
import io.ash.testing.TestPostgres;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class MigratorIT {
  @RegisterExtension static final TestPostgres postgres = TestPostgres.empty();

  private final Vertx vertx = Vertx.vertx();
  private String url = "";

  @BeforeEach
  void makeDatabase() {
    url = postgres.anotherEmpty();
  }

  @AfterEach
  void close() {
    done(vertx.close());
  }

  @Test
  void appliesWhatIsPendingOnceAndInOrder() {
    assertThat(done(migrator(MIGRATIONS.subList(0, 1)).migrate())).hasSize(1);

    List<Migration> applied = done(migrator(MIGRATIONS).migrate());

    assertThat(applied).extracting(Migration::version).containsExactly(2, 3);
    assertThat(done(migrator(MIGRATIONS).migrate())).isEmpty();
    assertThat(numbers("SELECT n FROM ash.one ORDER BY n")).containsExactly(1, 2, 3);
    assertThat(done(migrator(MIGRATIONS).status()).applied())
        .extracting(SchemaStatus.Applied::name)
        .containsExactly("first", "slow", "third");
  }

  @Test
  void changesNothingWhenOnlyAsked() {
    SchemaStatus status = done(migrator(MIGRATIONS).status());

    assertThat(status.version()).isZero();
    assertThat(status.isCurrent()).isFalse();
    assertThat(done(migrator(MIGRATIONS).pending())).isEqualTo(MIGRATIONS);
    assertThat(numbers("SELECT count(*)::int FROM pg_namespace WHERE nspname = 'ash'"))
        .containsExactly(0);
  }

  @Test
  void appliesEachOnceWhenFiveProcessesStartTogether() throws Exception {
    List<ChildJvm> processes = new ArrayList<>();
    try {
      for (int i = 0; i < 5; i++) {
        processes.add(ChildJvm.start(MigratorProgram.class, url));
      }
      for (ChildJvm process : processes) {
        process.line("READY");
      }
      for (ChildJvm process : processes) {
        process.say("go");
      }
      int applied = 0;
      for (ChildJvm process : processes) {
        String line = process.line("APPLIED", "FAILED");
        assertThat(line).startsWith("APPLIED");
        applied += Integer.parseInt(line.split(" ")[1]);
      }
      assertThat(applied).isEqualTo(3);
    } finally {
      processes.forEach(ChildJvm::close);
    }
    assertThat(numbers("SELECT n FROM ash.one ORDER BY n")).containsExactly(1, 2, 3);
    assertThat(numbers("SELECT version FROM ash.schema_migration ORDER BY 1"))
        .containsExactly(1, 2, 3);
  }

  @Test
  void appliesEachOnceHoweverManyBeginAtTheSameMoment() {
    List<Future<List<Migration>>> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      all.add(migrator(MIGRATIONS).migrate());
    }

    done(Future.join(all));

    assertThat(all.stream().mapToInt(f -> f.result().size()).sum()).isEqualTo(3);
    assertThat(numbers("SELECT n FROM ash.one ORDER BY n")).containsExactly(1, 2, 3);
  }

  @Test
  void rollsBackAMigrationThatFailsAndKeepsTheEarlierOnes() {
    List<Migration> broken =
        List.of(MIGRATIONS.get(0), new Migration(2, "broken", "DELETE FROM one; SELECT 1/0;"));

    Throwable failure = failure(migrator(broken).migrate());

    assertThat(failure)
        .isInstanceOf(MigrationRefused.class)
        .hasMessageContaining("V002__broken failed and was rolled back")
        .hasMessageContaining("division by zero");
    assertThat(numbers("SELECT n FROM ash.one")).containsExactly(1);
    assertThat(numbers("SELECT version FROM ash.schema_migration")).containsExactly(1);
  }

  @Test
  void refusesANewerSchema() {
    done(migrator(MIGRATIONS).migrate());

    Throwable failure = failure(migrator(MIGRATIONS.subList(0, 2)).migrate());

    assertThat(failure)
        .isInstanceOf(MigrationRefused.class)
        .hasMessageContaining("schema version 3, this ash knows version 2; nothing was touched")
        .hasMessageContaining("restore the backup");
  }

  @Test
  void refusesAChangedMigration() {
    done(migrator(MIGRATIONS.subList(0, 1)).migrate());
    List<Migration> changed =
        List.of(new Migration(1, "first", "CREATE TABLE one (n bigint)"), MIGRATIONS.get(1));

    Throwable failure = failure(migrator(changed).migrate());

    assertThat(failure)
        .isInstanceOf(MigrationRefused.class)
        .hasMessageContaining("migration 1 (first) in the database differs from V001__first");
    assertThat(numbers("SELECT version FROM ash.schema_migration")).containsExactly(1);
  }

  @Test
  void refusesASchemaWithTablesOfOthers() {
    rows("CREATE SCHEMA ash; CREATE TABLE ash.orders (id int)");

    Throwable failure = failure(migrator(MIGRATIONS).migrate());

    assertThat(failure)
        .isInstanceOf(MigrationRefused.class)
        .hasMessageContaining("holds tables that ash did not make (orders)")
        .hasMessageContaining("ALTER SCHEMA ash RENAME TO");
    assertThat(numbers("SELECT count(*)::int FROM pg_tables WHERE schemaname = 'ash'"))
        .containsExactly(1);
  }

  @Test
  void livesBesideTablesOfOthersInOtherSchemas() {
    rows("CREATE TABLE public.session (id int); INSERT INTO public.session VALUES (7)");

    done(migrator(Migrations.bundled()).migrate());

    assertThat(numbers("SELECT id FROM public.session")).containsExactly(7);
  }

  @Test
  void saysWhatAUserWithoutRightsNeeds() {
    rows("DROP ROLE IF EXISTS weak; CREATE ROLE weak LOGIN PASSWORD 'weak'");
    String weak = url.replaceFirst("//[^@/]*@", "//weak:weak@");

    Throwable failure = failure(MigratorProgram.migrator(vertx, weak, MIGRATIONS).migrate());

    assertThat(failure)
        .isInstanceOf(MigrationRefused.class)
        .hasMessageContaining("may not make the schema ash")
        .hasMessageContaining("GRANT CREATE ON DATABASE");
  }

  @Test
  void waitsForAnotherProcessToMigrate() {
    Future<Void> waiting = migrator(MIGRATIONS).awaitVersion(Duration.ofSeconds(60));
    done(migrator(MIGRATIONS).pending());
    assertThat(waiting.isComplete()).isFalse();

    done(migrator(MIGRATIONS).migrate());

    done(waiting);
  }

  @Test
  void stopsWaitingWithAClearText() {
    Throwable failure = failure(migrator(MIGRATIONS).awaitVersion(Duration.ofMillis(600)));

    assertThat(failure)
        .isInstanceOf(MigrationRefused.class)
        .hasMessageContaining("schema version 0, this ash needs 3")
        .hasMessageContaining("java -jar ash.jar migrate");
  }

  private Migrator migrator(List<Migration> migrations) {
    return MigratorProgram.migrator(vertx, url, migrations);
  }

  private List<Integer> numbers(String sql) {
    return rows(sql).stream().map(row -> row.getInteger(0)).toList();
  }

  private List<Row> rows(String sql) {
    return done(
        PgConnection.connect(vertx, DatabaseUrl.parse(url).connectOptions("test"))
            .compose(
                c ->
                    c.query(sql)
                        .execute()
                        .map(
                            found -> {
                              List<Row> all = new ArrayList<>();
                              found.forEach(all::add);
                              return all;
                            })
                        .eventually(c::close)));
  }
}
