package io.ash.runner.workspace;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files that have no room: on a disk that is full, and below a limit that no disk holds. */
@Timeout(60)
class FullDiskIT {
  private static Vertx vertx;
  private static WorkerExecutor workers;

  @TempDir Path root;

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx();
    workers = vertx.createSharedWorkerExecutor("files", 2);
  }

  @AfterAll
  static void stop() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get();
  }

  @Test
  void refusesWhatADiskHasNoRoomForAndTakesItWhenThereIsRoom() throws Exception {
    Path disk = Files.createDirectory(root.resolve("disk"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk.toString()),
        "a small disk needs the right to mount");
    try {
      Grounds grounds = Grounds.in(disk);
      Workspace workspace = grounds.open(new MemoryBlobs(), workers);
      Files.write(grounds.workspace.resolve("ballast"), noise(5_000_000));

      full(() -> write(workspace, noise(4_000_000)));
      full(() -> upload(workspace, bundle(4_000_000)));

      assertThat(grounds.workspace).isDirectoryNotContaining("glob:**/{f,new}");
      assertThat(grounds.premises.desk()).isEmptyDirectory();
      Files.delete(grounds.workspace.resolve("ballast"));
      write(workspace, noise(1_000_000));
      upload(workspace, bundle(4_000_000));
      assertThat(grounds.workspace.resolve("new")).hasSize(4_000_000);
    } finally {
      run("umount", "-l", disk.toString());
    }
  }

  @Test
  void refusesWhatALimitHasNoRoomFor() throws Exception {
    Grounds grounds = Grounds.in(root);
    Workspace workspace = grounds.open(new MemoryBlobs(), workers);
    Files.writeString(grounds.workspace.resolve("f"), "old");
    grounds.left.set(1_000_000);

    full(() -> write(workspace, noise(1_000_001)));
    full(() -> upload(workspace, bundle(1_000_001)));
    full(
        () ->
            upload(
                workspace,
                new Archive()
                    .file("new", 0644, text(600_000))
                    .file("newer", 0644, text(600_000))
                    .bytes()));

    assertThat(grounds.workspace.resolve("f")).hasContent("old");
    assertThat(grounds.workspace.resolve("new")).doesNotExist();
    assertThat(grounds.premises.desk())
        .satisfiesAnyOf(d -> assertThat(d).doesNotExist(), d -> assertThat(d).isEmptyDirectory());
    grounds.left.set(2_000_000);
    write(workspace, noise(1_000_001));
    upload(workspace, bundle(1_000_001));
  }

  private static void full(ThrowingCallable writing) {
    assertThatThrownBy(writing)
        .isInstanceOfSatisfying(
            Refused.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.STORAGE_FULL));
  }

  private static void write(Workspace workspace, byte[] content) throws Exception {
    Grounds.on(vertx, () -> workspace.write("f", Buffer.buffer(content)));
  }

  private static void upload(Workspace workspace, Buffer bundle) throws Exception {
    Grounds.on(vertx, () -> workspace.writeBundle("b", 0, bundle, true));
  }

  private static Buffer bundle(int size) throws IOException {
    return new Archive().file("new", 0644, text(size)).bytes();
  }

  /** Text of so many bytes that packs badly. */
  private static String text(int size) {
    byte[] bytes = noise(size);
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (32 + (bytes[i] & 63));
    }
    return new String(bytes, ISO_8859_1);
  }

  private static byte[] noise(int size) {
    byte[] noise = new byte[size];
    new Random(7).nextBytes(noise);
    return noise;
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getInputStream().readAllBytes();
    return process.waitFor() == 0;
  }
}
