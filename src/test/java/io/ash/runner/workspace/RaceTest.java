package io.ash.runner.workspace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.ash.model.Refused;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Somebody swaps a directory with a link to the outside while the server works in it. */
@Timeout(60)
class RaceTest {
  private static final int TRIES = 4000;
  private static final int MOST_ROUNDS = 20;

  @TempDir Path root;

  @Test
  void neverReadsOutside() throws Exception {
    Grounds grounds = prepared();
    int[] read = {0};
    Attempt reading =
        () -> {
          try {
            String text = grounds.files.read("dir/secret", 0, 100).bytes().toString();
            assertThat(text).isEqualTo("inside");
            read[0]++;
          } catch (Refused e) {
            // caught in the middle
          }
        };
    for (int round = 0; round < MOST_ROUNDS && read[0] == 0; round++) {
      whileSwapping(grounds, reading); // a busy machine may let the swapping win a whole round
    }
    assertThat(read[0]).isPositive();
  }

  @Test
  void neverWritesOrRemovesOutside() throws Exception {
    Grounds grounds = prepared();
    whileSwapping(
        grounds,
        () -> {
          try {
            grounds.files.write("dir/secret", "inside".getBytes(UTF_8), null);
            grounds.files.write("dir/new/file", "inside".getBytes(UTF_8), null);
            grounds.files.delete("dir/new/file");
            grounds.files.delete("dir/secret");
          } catch (Refused | IOException e) {
            // caught in the middle
          }
        });
    assertThat(grounds.secret).hasContent("SECRET");
    assertThat(grounds.outside).isDirectoryNotContaining(p -> !p.equals(grounds.secret));
    assertThat(grounds.premises.desk()).isEmptyDirectory();
  }

  @Test
  void neverScansOutside() throws Exception {
    Grounds grounds = prepared();
    String outside = Grounds.KEYS.keyOf("SECRET".getBytes(UTF_8));
    Files.createSymbolicLink(grounds.outside.resolve("link"), Path.of("LEAKED"));
    whileSwapping(
        grounds,
        () -> {
          TreeScan.Found found =
              TreeScan.of(grounds.premises, grounds.desk, Grounds.KEYS, Set.of(), new ScanIndex());
          assertThat(found.origins()).doesNotContainKey(outside);
          assertThat(found.entries().toString()).doesNotContain("LEAKED");
        });
  }

  private Grounds prepared() throws IOException {
    Grounds grounds = Grounds.in(root);
    Path dir = Files.createDirectory(grounds.workspace.resolve("dir"));
    Files.writeString(dir.resolve("secret"), "inside");
    Files.createSymbolicLink(dir.resolve("link"), Path.of("harmless"));
    return grounds;
  }

  private interface Attempt {
    void run() throws Exception;
  }

  private static void whileSwapping(Grounds grounds, Attempt attempt) throws Exception {
    Path dir = grounds.workspace.resolve("dir");
    Path away = grounds.workspace.resolve("away");
    AtomicBoolean over = new AtomicBoolean();
    CountDownLatch swapping = new CountDownLatch(1);
    Thread swapper =
        new Thread(
            () -> {
              while (!over.get()) {
                swap(dir, away, grounds.outside);
                swapping.countDown();
              }
            },
            "swapper");
    swapper.start();
    try {
      swapping.await();
      for (int i = 0; i < TRIES; i++) {
        attempt.run();
      }
    } finally {
      over.set(true);
      swapper.join();
    }
  }

  private static void swap(Path dir, Path away, Path outside) {
    try {
      Files.move(dir, away);
      try {
        Files.createSymbolicLink(dir, outside);
        Files.deleteIfExists(dir);
      } catch (FileAlreadyExistsException e) {
        deleteTree(dir); // the server made a directory in this moment
      }
      Files.move(away, dir);
    } catch (IOException e) {
      try {
        deleteTree(dir);
        Files.move(away, dir);
      } catch (IOException again) {
        // the next round tries
      }
    }
  }

  private static void deleteTree(Path dir) throws IOException {
    if (Files.isSymbolicLink(dir)) {
      Files.delete(dir);
      return;
    }
    if (Files.isDirectory(dir, LinkOption.NOFOLLOW_LINKS)) {
      try (var below = Files.list(dir)) {
        for (Path p : below.toList()) {
          deleteTree(p);
        }
      }
    }
    Files.deleteIfExists(dir);
  }
}
