package io.ash.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.testing.AshJar;
import io.ash.testing.AshJar.Ended;
import io.ash.testing.TestPostgres;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The command that brings a database up to date, on the real jar. */
class MigrateIT {
  @RegisterExtension static final TestPostgres POSTGRES = TestPostgres.empty();
  @TempDir Path dir;

  private Ended run(String url, String... arguments) throws Exception {
    return new AshJar(dir).with("ASH_DATABASE_URL", url).run(arguments);
  }

  @Test
  void saysWhatItWouldDoThenDoesItThenHasNothingToDo() throws Exception {
    String url = POSTGRES.anotherEmpty();

    Ended before = run(url, "migrate", "--dry-run");
    Ended pending = run(url, "migrate", "status");
    Ended applied = run(url, "migrate");
    Ended again = run(url, "migrate");
    Ended after = run(url, "migrate", "status");

    assertThat(before.out()).contains("would apply V001__baseline");
    assertThat(pending.out()).contains("pending V001__baseline");
    assertThat(applied.out()).contains("applied V001__baseline", "done");
    assertThat(again.out()).contains("nothing to do");
    assertThat(after.out()).contains("applied 1 baseline at ").doesNotContain("pending");
    assertThat(
            new int[] {before.code(), pending.code(), applied.code(), again.code(), after.code()})
        .containsOnly(0);
    assertThat(before.err() + applied.err() + after.err()).isEmpty();
  }

  @Test
  void worksOnTheEmbeddedDatabaseToo() throws Exception {
    Ended applied = new AshJar(dir).run("migrate");

    assertThat(applied.err()).isEmpty();
    assertThat(applied.out()).contains("applied V001__baseline");
    assertThat(applied.code()).isZero();
  }

  @Test
  void aDatabaseThatCannotBeReachedIsOneLine() throws Exception {
    Ended ended =
        new AshJar(dir)
            .with("ASH_DATABASE_URL", "postgres://127.0.0.1:1/ash")
            .with("ASH_DATABASE_WAIT_SECONDS", "1")
            .run("migrate", "status");

    assertThat(ended.code()).isEqualTo(ExitCode.DATABASE.code());
    assertThat(ended.err()).hasLineCount(1).contains("127.0.0.1:1");
  }
}
