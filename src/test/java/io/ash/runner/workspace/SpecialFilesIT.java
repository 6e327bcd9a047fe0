package io.ash.runner.workspace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ash.model.Refusal;
import io.ash.model.Refused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Names that are neither files nor directories; only commands can make them. */
@Timeout(20)
class SpecialFilesIT {
  @TempDir Path root;
  private Grounds grounds;

  @BeforeEach
  void open() throws IOException {
    grounds = Grounds.in(root);
  }

  @Test
  void refusesAFifoWithoutWaitingForItsOtherEnd() throws Exception {
    run("mkfifo", grounds.workspace.resolve("pipe").toString());

    refusesAll("pipe");
  }

  @Test
  void refusesDevices() throws Exception {
    Path device = grounds.workspace.resolve("device");
    assumeTrue(
        exitOf("mknod", device.toString(), "c", "1", "3") == 0,
        "only a privileged user can make a device");

    refusesAll("device");
  }

  @Test
  void restoresHolesAsHoles() throws Exception {
    Path file = grounds.desk.file();
    byte[] chunk = new byte[4 << 20];
    for (int i = 0; i < 16; i++) {
      chunk[1 << 20] = (byte) (i == 7 ? 1 : 0);
      grounds.desk.append(file, chunk);
    }

    assertThat(Files.size(file)).isEqualTo(64L << 20);
    Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
    int blocks = Integer.parseInt(new String(stat.getInputStream().readAllBytes(), UTF_8).strip());
    assertThat(blocks).as("blocks of 512 bytes").isBetween(1, 1000);
    try (var in = Files.newInputStream(file)) {
      assertThat(in.skip((29L << 20))).isPositive();
      assertThat(in.read()).isEqualTo(1);
    }
  }

  private void refusesAll(String name) throws IOException {
    refused(() -> grounds.files.read(name, 0, 10));
    refused(() -> grounds.files.write(name, "x".getBytes(UTF_8), null));
    refused(() -> grounds.files.delete(name));
    refused(() -> grounds.files.read(name + "/below", 0, 10));
    assertThat(grounds.files.has(name)).isFalse();
    assertThat(grounds.files.list(true)).isEmpty();
    Files.writeString(grounds.workspace.resolve("file"), "x");
    assertThat(
            TreeScan.of(grounds.premises, grounds.desk, Grounds.KEYS, Set.of(), new ScanIndex())
                .entries())
        .containsOnlyKeys("workspace/file");
  }

  private static void refused(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            Refused.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.FILE_REFUSED));
  }

  private static void run(String... command) throws Exception {
    assertThat(exitOf(command)).isZero();
  }

  private static int exitOf(String... command) throws Exception {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
