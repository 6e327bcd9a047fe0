package io.ash.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.ash.coordinator.embedded.DataLock;
import io.ash.testing.AshJar;
import io.ash.testing.AshJar.Ended;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every reason not to start is one line with its remedy, and an exit code of its own. */
class CannotStartIT {
  /**
   * Runs a command in a user namespace with every user of this one, in which no further namespace
   * can be made; the limit counts in there only.
   */
  private static final String WITHOUT_USER_NAMESPACES =
      """
      go=$(mktemp -u); mkfifo "$go"
      off='echo 0 > /proc/sys/user/max_user_namespaces; exec "$@"'
      unshare --user sh -c 'read line < "$0"; exec sh -c "$@"' "$go" "$off" sh "$@" &
      p=$!
      until [ "$(readlink /proc/$p/ns/user)" != "$(readlink /proc/self/ns/user)" ]; do :; done
      echo '0 0 65536' > /proc/$p/uid_map; echo '0 0 65536' > /proc/$p/gid_map
      echo go > "$go"; rm "$go"; wait $p
      """;

  @TempDir Path dir;

  private static void isOneLine(Ended ended, ExitCode code, String... words) {
    assertThat(ended.err()).hasLineCount(1).contains(words);
    assertThat(ended.code()).isEqualTo(code.code());
    assertThat(ended.out()).doesNotContain("\tat ");
  }

  @Test
  void portInUse() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());

      Ended ended = new AshJar(dir).with("ASH_PORT", port).run();

      isOneLine(ended, ExitCode.PORT, "127.0.0.1:" + port, "set ASH_PORT to a free port");
    }
  }

  @Test
  void addressOfAnotherMachine() throws Exception {
    Ended ended = new AshJar(dir).with("ASH_HOST", "192.0.2.1").run();

    isOneLine(ended, ExitCode.PORT, "192.0.2.1", "ASH_HOST");
  }

  @Test
  void dataDirectoryOfAnotherServer() throws Exception {
    try (DataLock lock = DataLock.take(dir.resolve("data"))) {
      Ended ended = new AshJar(dir).run();

      isOneLine(
          ended, ExitCode.DATA_DIRECTORY, lock.directory().toString(), "in use", "ASH_DATA_DIR");
    }
  }

  @Test
  void dataDirectoryThatCannotBeWritten() throws Exception {
    Path file = Files.writeString(dir.resolve("file"), "not a directory");

    Ended ended = new AshJar(dir).with("ASH_DATA_DIR", file.resolve("data").toString()).run();

    isOneLine(ended, ExitCode.DATA_DIRECTORY, "cannot be written", "ASH_DATA_DIR");
  }

  @Test
  void directoryForFilesThatIsNotThere() throws Exception {
    Ended ended = new AshJar(dir).with("ASH_SNAPSHOT_URL", "file://" + dir + "/nowhere").run();

    isOneLine(ended, ExitCode.DEPOT, "ASH_SNAPSHOT_URL", "nowhere is no directory");
  }

  @Test
  void bucketThatNobodyServes() throws Exception {
    Ended ended =
        new AshJar(dir)
            .with("ASH_SNAPSHOT_URL", "s3://files/x")
            .with("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
            .with("ASH_S3_ACCESS_KEY_ID", "id")
            .with("ASH_S3_SECRET_ACCESS_KEY", "xyzzy")
            .run();

    isOneLine(ended, ExitCode.DEPOT, "ASH_SNAPSHOT_URL", "127.0.0.1:1");
    assertThat(ended.err()).doesNotContain("xyzzy");
  }

  @Test
  void databaseThatDoesNotAnswer() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }

    Ended ended =
        new AshJar(dir)
            .with("ASH_DATABASE_URL", "postgres://ash:secret@127.0.0.1:" + port + "/ash")
            .with("ASH_DATABASE_WAIT_SECONDS", "1")
            .run();

    isOneLine(ended, ExitCode.DATABASE, "127.0.0.1:" + port, "ASH_DATABASE_URL");
    assertThat(ended.err() + ended.out()).doesNotContain("secret");
  }

  @Test
  void settingsThatAreWrongAreToldTogether() throws Exception {
    Ended ended =
        new AshJar(dir)
            .with("ASH_PORT", "many")
            .with("ASH_MODE", "solo")
            .with("ASH_DATABASE_URL", "mysql://root:secret@db/ash")
            .run();

    assertThat(ended.code()).isEqualTo(ExitCode.SETTINGS.code());
    assertThat(ended.err())
        .contains("ASH_PORT", "'many'", "ASH_MODE", "standalone", "ASH_DATABASE_URL")
        .doesNotContain("secret")
        .hasLineCount(3);
  }

  @Test
  void aRunnerOfItsOwn() throws Exception {
    Ended ended = new AshJar(dir).with("ASH_MODE", "runner").run();

    isOneLine(ended, ExitCode.SETTINGS, "ASH_MODE", "standalone");
  }

  @Test
  void aSettingThatNothingReadsIsAWarning() throws Exception {
    Ended ended = new AshJar(dir).with("ASH_PROT", "1").with("ASH_MODE", "runner").run();

    assertThat(ended.out()).contains("ASH_PROT", "did you mean ASH_PORT?");
  }

  @Test
  void bubblewrapThatIsMissing() throws Exception {
    assumeThat(isRoot()).as("hiding a program needs a mount namespace, which needs root").isTrue();
    String hide =
        "for f in /usr/bin/bwrap /bin/bwrap /usr/local/bin/bwrap; do"
            + " [ -e $f ] && mount --bind /dev/null $f; done; exec \"$@\"";

    Ended ended = new AshJar(dir).inside("unshare", "-m", "sh", "-c", hide, "sh").run();

    isOneLine(ended, ExitCode.MACHINE, "bubblewrap", "apt-get install bubblewrap");
  }

  @Test
  void userNamespacesThatAreOff() throws Exception {
    assumeThat(isRoot()).as("switching them off needs a user namespace of root's").isTrue();

    Ended ended = new AshJar(dir).inside("sh", "-c", WITHOUT_USER_NAMESPACES, "sh").run();

    isOneLine(ended, ExitCode.MACHINE, "user namespaces", "sysctl");
  }

  private static boolean isRoot() throws Exception {
    return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
  }
}
