package io.ash.blob.depot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileDepotTest extends DepotContract {
  @TempDir Path directory;

  @Override
  Depot depot() throws IOException {
    Depot depot = new FileDepot(directory);
    depot.probe();
    return depot;
  }

  @Test
  void nobodyElseMayReadIt() throws Exception {
    BytesName name = name(1);
    depot().write(name, new byte[] {1});
    Path file = directory.resolve(name.path());

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
        .isEqualTo("rwx------");
  }

  @Test
  void leavesNothingAsideWhenItIsDone() throws Exception {
    Depot depot = depot();
    depot.write(name(1), new byte[] {1});
    depot.mark("mark");
    try (Stream<Path> left = Files.list(directory.resolve("incoming"))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void doesNotWriteBelowAMountPointThatHasLostItsMount() throws Exception {
    Path mount = directory.resolve("mount");
    Path away = directory.resolve("away");
    Files.createDirectory(mount);
    Depot depot = new FileDepot(mount);
    depot.probe();
    BytesName name = name(1);
    depot.write(name, new byte[] {1});
    Files.move(mount, away);
    Files.createDirectory(mount);

    assertThatThrownBy(() -> depot.write(name(2), new byte[] {1})).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> depot.read(name, 10))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("mounted");
    try (Stream<Path> left = Files.list(mount)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void refusesAPlaceThatIsNotThere() {
    assertThatThrownBy(() -> new FileDepot(directory.resolve("nowhere")).probe())
        .hasMessageContaining("nowhere is no directory");
  }

  @Test
  void passesOverFilesOfOthers() throws Exception {
    Depot depot = depot();
    BytesName name = name(1);
    depot.write(name, new byte[] {1});
    Path beside = directory.resolve(name.path()).resolveSibling("notes.txt");
    Files.writeString(beside, "mine");
    Files.writeString(directory.resolve("blobs/00/file"), "mine");

    assertThat(depot.list(null)).extracting(Depot.Lying::name).containsExactly(name);
  }

  @Test
  void tidiesOnlyWhatIsOld() throws Exception {
    Depot depot = depot();
    Path old = Files.writeString(directory.resolve("incoming/" + name(1)), "x");
    Path young = Files.writeString(directory.resolve("incoming/" + name(2)), "x");
    Instant now = Instant.parse("2030-01-01T00:00:00Z");
    Files.setLastModifiedTime(old, FileTime.from(now.minusSeconds(60)));
    Files.setLastModifiedTime(young, FileTime.from(now.plusSeconds(60)));

    depot.tidy(now);

    assertThat(old).doesNotExist();
    assertThat(young).exists();
  }

  @Test
  void manyWhoMarkAtOnceAgree() throws Exception {
    Depot depot = depot();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<String>> marks =
          IntStream.range(0, 32).mapToObj(i -> threads.submit(() -> depot.mark("m" + i))).toList();
      String first = marks.get(0).get();
      for (Future<String> mark : marks) {
        assertThat(mark.get()).isEqualTo(first);
      }
    } finally {
      threads.shutdown();
    }
  }
}
