package io.ash.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ash.config.ConfigProblems;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsFileTest {
  private static final Vertx VERTX = Vertx.vertx();
  @TempDir Path dir;

  @AfterAll
  static void close() {
    Await.result("close", VERTX.close(), Duration.ofSeconds(10));
  }

  private SettingsFile.Merged read(Map<String, String> env) {
    return Await.result("read", SettingsFile.read(VERTX, dir, env), Duration.ofSeconds(10));
  }

  private void file(String text) throws IOException {
    Files.createDirectories(dir.resolve("conf"));
    Files.writeString(dir.resolve("conf/ash.yaml"), text);
  }

  @Test
  void environmentWinsOverFileAndFileOverDefault() throws IOException {
    file("ASH_PORT: 5000\nASH_MODE: coordinator\n");

    assertThat(read(Map.of("ASH_PORT", "6000")).values())
        .containsEntry("ASH_PORT", "6000")
        .containsEntry("ASH_MODE", "coordinator");
  }

  @Test
  void anEmptyVariableDoesNotHideTheFile() throws IOException {
    file("ASH_PORT: 5000\n");

    assertThat(read(Map.of("ASH_PORT", " ")).values()).containsEntry("ASH_PORT", "5000");
  }

  @Test
  void theFileThatShipsChangesNothing() throws IOException {
    file(Files.readString(Path.of("conf/ash.yaml")));

    assertThat(read(Map.of()).values()).isEmpty();
    assertThat(read(Map.of()).warnings()).isEmpty();
  }

  @Test
  void noFileIsFine() {
    assertThat(read(Map.of("ASH_PORT", "1")).values()).containsOnlyKeys("ASH_PORT");
  }

  @Test
  void aNamedFileMustBeThere() {
    assertThatThrownBy(() -> read(Map.of("ASH_CONFIG", "nowhere.yaml")))
        .isInstanceOf(ConfigProblems.class)
        .hasMessageContaining("nowhere.yaml");
  }

  @Test
  void unknownNamesAreReportedWithTheOneThatWasMeant() throws IOException {
    file("ASH_PROT: 5000\n");

    assertThat(read(Map.of("ASH_MODUS", "x", "OTHER", "y")).warnings())
        .hasSize(2)
        .anySatisfy(w -> assertThat(w).contains("ASH_PROT", "did you mean ASH_PORT?", "ash.yaml"))
        .anySatisfy(w -> assertThat(w).contains("ASH_MODUS", "did you mean ASH_MODE?"));
  }

  @Test
  void valuesThatAreNoneAreToldTogether() throws IOException {
    file("ASH_PORT: [1, 2]\nASH_HOST: {a: b}\n");

    assertThatThrownBy(() -> read(Map.of()))
        .isInstanceOfSatisfying(ConfigProblems.class, p -> assertThat(p.problems()).hasSize(2));
  }

  @Test
  void whatIsNotYamlIsOneSentence() throws IOException {
    file("ASH_PORT: [1\n");

    assertThatThrownBy(() -> read(Map.of()))
        .isInstanceOfSatisfying(
            ConfigProblems.class,
            p -> assertThat(p.problems()).singleElement().asString().contains("is not YAML"));
  }
}
