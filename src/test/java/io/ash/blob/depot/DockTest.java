package io.ash.blob.depot;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.testing.ManualTimers;
import io.ash.testing.Outcome;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(VertxExtension.class)
@Timeout(60)
class DockTest {
  private static final int MIB = 1 << 20;
  @TempDir Path directory;
  private final ManualTimers timers = new ManualTimers();
  private final List<String> outcomes = new CopyOnWriteArrayList<>();

  private Dock dock(Vertx vertx, Path where) {
    return new Dock(
        vertx,
        timers,
        timers.ticker(),
        (operation, nanos, outcome) -> outcomes.add(operation + " " + outcome),
        new FileDepot(where));
  }

  /** A directory in which every read hangs: its files are pipes that nobody writes to. */
  private BytesName hanging(int no) throws Exception {
    BytesName name = BytesName.fresh(String.format("%064x", no));
    Path pipe = directory.resolve(name.path());
    Files.createDirectories(pipe.getParent());
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    return name;
  }

  /** Open for both, a pipe does not wait for the other side. */
  private void letGo(BytesName name) throws IOException {
    Set<StandardOpenOption> both = Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
    FileChannel.open(directory.resolve(name.path()), both).close();
  }

  private static boolean unavailable(Future<?> asked) {
    return Outcome.failureOf(asked) instanceof Refused no && no.refusal() == Refusal.UNAVAILABLE;
  }

  @Test
  void whatHangsIsGivenUpInTimeAndLetsOthersWork(Vertx vertx) throws Exception {
    Dock dock = dock(vertx, directory);
    BytesName hangs = hanging(1);
    Future<?> read = dock.read(hangs, 10);
    BytesName other = BytesName.fresh(String.format("%064x", 2));
    Outcome.of(dock.probe());
    Outcome.of(dock.write(other, Buffer.buffer("x")));

    assertThat(read.isComplete()).isFalse();
    timers.advance(Dock.LIMIT);

    assertThat(unavailable(read)).isTrue();
    assertThat(Outcome.of(dock.read(other, 10))).hasValue(Buffer.buffer("x"));
    assertThat(outcomes).contains("write OK", "read FAILED", "read OK");
    letGo(hangs);
  }

  @Test
  void whatNobodyWaitsForAnyMoreIsNotBegun(Vertx vertx) throws Exception {
    Dock dock = dock(vertx, directory);
    Outcome.of(dock.probe());
    List<BytesName> hanging = new ArrayList<>();
    for (int i = 0; i < new FileDepot(directory).lanes(); i++) {
      hanging.add(hanging(i));
      dock.read(hanging.get(i), 10);
    }
    BytesName late = BytesName.fresh(String.format("%064x", 99));
    Future<Void> write = dock.write(late, Buffer.buffer("x"));
    timers.advance(Dock.LIMIT);
    assertThat(unavailable(write)).isTrue();

    for (BytesName name : hanging) {
      letGo(name);
    }

    BytesName after = BytesName.fresh(String.format("%064x", 100));
    Outcome.of(dock.write(after, Buffer.buffer("x")));
    assertThat(directory.resolve(late.path())).doesNotExist();
  }

  @Test
  void turnsAwayMoreThanItMayHold(Vertx vertx) throws Exception {
    Dock dock = dock(vertx, directory);
    BytesName hangs = hanging(1);
    List<Future<?>> held = new ArrayList<>();
    for (int i = 0; i < Dock.BYTES_MOST / (4 * MIB); i++) {
      held.add(dock.read(hangs, 4 * MIB));
    }

    assertThat(unavailable(dock.read(hangs, 4 * MIB))).isTrue();
    assertThat(held).noneMatch(Future::isComplete);
    assertThat(outcomes).containsExactly("read TURNED_AWAY");
    letGo(hangs);
  }

  @Test
  void saysThatItCannotBeReachedAndNothingOfThePlace(Vertx vertx) {
    Dock dock = dock(vertx, directory.resolve("nowhere"));

    Throwable refused =
        Outcome.failureOf(
            dock.write(BytesName.fresh(String.format("%064x", 1)), Buffer.buffer("x")));

    assertThat(refused).isInstanceOf(Refused.class).hasMessageContaining("try again");
    assertThat(refused.getMessage()).doesNotContain("nowhere");
  }
}
