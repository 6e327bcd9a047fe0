package io.ash.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.testing.AshJar;
import io.ash.testing.AshJar.Ended;
import java.io.DataInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line of the real jar. */
class CommandLineIT {
  @TempDir Path dir;

  @Test
  void versionIsOneLine() throws Exception {
    Ended ended = new AshJar(dir).run("--version");

    assertThat(ended).isEqualTo(new Ended(0, "ash " + Version.text() + "\n", ""));
  }

  @Test
  void helpShowsCommandsAndExitCodes() throws Exception {
    Ended ended = new AshJar(dir).run("--help");

    assertThat(ended.code()).isZero();
    assertThat(ended.out()).contains("migrate", "bench", "demo", "--no-migrations");
    for (ExitCode code : ExitCode.values()) {
      assertThat(ended.out()).contains("  " + code.code() + "  " + code.meaning());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"migrate", "migrate status", "bench", "demo"})
  void everyCommandHasHelp(String command) throws Exception {
    Ended ended = new AshJar(dir).run((command + " --help").split(" ", -1));

    assertThat(ended.code()).isZero();
    assertThat(ended.out()).startsWith("Usage: ash " + command);
  }

  @Test
  void anUnknownCommandIsAnsweredWithTheOneThatWasMeant() throws Exception {
    Ended ended = new AshJar(dir).run("migrat");

    assertThat(ended.code()).isEqualTo(ExitCode.USAGE.code());
    assertThat(ended.err()).contains("'migrat'", "did you mean 'migrate'?").hasLineCount(1);
  }

  @Test
  void anUnknownOptionIsOneLine() throws Exception {
    Ended ended = new AshJar(dir).run("--colour");

    assertThat(ended.code()).isEqualTo(ExitCode.USAGE.code());
    assertThat(ended.err()).contains("--colour").hasLineCount(1);
  }

  @Test
  void benchOfAnUnknownNameIsOneLine() throws Exception {
    Ended ended = new AshJar(dir).run("bench", "nothing");

    assertThat(ended.code()).isEqualTo(ExitCode.USAGE.code());
    assertThat(ended.err()).containsIgnoringCase("throughput").hasLineCount(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.8", "11", "16"})
  void anOldJavaIsToldWhichOneIsNeeded(String version) throws Exception {
    String classPath =
        AshJar.path() + File.pathSeparator + Path.of("target/test-classes").toAbsolutePath();
    Ended ended = new AshJar(dir).java("-cp").java(classPath).run("io.ash.app.OldJava", version);

    assertThat(ended.code()).isEqualTo(ExitCode.MACHINE.code());
    assertThat(ended.err()).contains("Java 17 or newer", "Java " + version).hasLineCount(1);
  }

  @Test
  void anOldJavaCanLoadTheLauncher() throws IOException {
    try (JarFile jar = new JarFile(AshJar.path().toFile());
        InputStream in = jar.getInputStream(jar.getEntry("io/ash/app/Launcher.class"));
        DataInputStream data = new DataInputStream(in)) {
      data.readInt();
      data.readUnsignedShort();
      assertThat(data.readUnsignedShort()).as("class file version of Java 8").isEqualTo(52);
      assertThat(jar.getManifest().getMainAttributes().getValue("Main-Class"))
          .isEqualTo("io.ash.app.Launcher");
    }
  }

  @Test
  void otherSystemsAreToldToUseLinux() throws Exception {
    Ended ended = new AshJar(dir).java("-Dos.name=Plan 9").run();

    assertThat(ended.code()).isEqualTo(ExitCode.MACHINE.code());
    assertThat(ended.err()).contains("Linux", "Plan 9").hasLineCount(1);
  }

  @Test
  void nothingIsMadeByACommandThatOnlyTalks() throws Exception {
    new AshJar(dir).run("--help");

    assertThat(Files.exists(dir.resolve("data"))).isFalse();
  }
}
