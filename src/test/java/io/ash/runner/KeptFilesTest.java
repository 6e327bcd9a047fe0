package io.ash.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ash.blob.Blobs;
import io.ash.model.Binding;
import io.ash.model.SessionId;
import io.ash.wire.SnapshotRef;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that wait on the runner's disk, over restarts of it. */
class KeptFilesTest {
  private static final String CHUNK = "c".repeat(64);
  private static final String OTHER = "d".repeat(64);

  private final Instant now = Instant.now();
  private final Vertx vertx = Vertx.vertx();
  private final WorkerExecutor workers = vertx.createSharedWorkerExecutor("kept", 2);
  private final SessionId session = SessionId.random();
  private final Kept.Since since = new Kept.Since(3, List.of("m3"), 7);
  @TempDir private Path directory;
  private KeptFiles kept;

  @BeforeEach
  void open() throws IOException {
    kept = KeptFiles.open(directory, workers, now);
  }

  @AfterEach
  void close() {
    on(vertx.close());
  }

  private static <T> T on(Future<T> future) {
    try {
      return future.await(10, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("no answer in time", e);
    }
  }

  private Binding epoch(long epoch) {
    return new Binding(session, "r", new UUID(1, 1), epoch);
  }

  private boolean put(long epoch, String manifest, String text) {
    return on(
        kept.put(
            epoch(epoch),
            "m3",
            since,
            place -> place.put(CHUNK, Buffer.buffer(text)).map(manifest)));
  }

  private Optional<Kept> look(long epoch, SnapshotRef newest) {
    return on(kept.look(HostTest.open(epoch(epoch), "{}", newest)));
  }

  private static SnapshotRef snapshot(int no, String manifest) {
    return new SnapshotRef(no, manifest, 30, 6, 1, null);
  }

  private final Blobs store =
      new Blobs() {
        @Override
        public Future<List<String>> missing(List<String> keys) {
          return Future.succeededFuture(keys);
        }

        @Override
        public Future<Void> put(String key, Buffer packed) {
          return Future.succeededFuture();
        }

        @Override
        public Future<Buffer> get(String key) {
          return Future.succeededFuture(Buffer.buffer("of the store"));
        }
      };

  @Test
  void findsWhatAnEarlierServerKept() throws Exception {
    assertThat(put(4, "k", "bytes")).isTrue();
    kept = KeptFiles.open(directory, workers, now);

    Kept found = look(6, snapshot(3, "m3")).orElseThrow();
    assertThat(found).isEqualTo(new Kept(4, "k", since));
    assertThat(found.leadsOnFrom(HostTest.open(epoch(6), "{}", snapshot(3, "m3")))).isTrue();
    Blobs before = kept.before(session, store);
    assertThat(on(before.get(CHUNK))).isEqualTo(Buffer.buffer("bytes"));
    assertThat(on(before.get(OTHER))).isEqualTo(Buffer.buffer("of the store"));
    assertThat(on(before.getAnew(CHUNK))).isEqualTo(Buffer.buffer("of the store"));
    assertThat(on(kept.before(SessionId.random(), store).get(CHUNK)))
        .as("what one session keeps is no other's")
        .isEqualTo(Buffer.buffer("of the store"));
  }

  @Test
  void leadsOnFromNothingElseThanItFollowed() {
    Kept found = new Kept(4, "k", since);
    assertThat(found.leadsOnFrom(HostTest.open(epoch(5), "{}", snapshot(4, "m3"))))
        .as("an attach whose answer was lost")
        .isTrue();
    assertThat(found.leadsOnFrom(HostTest.open(epoch(5), "{}", snapshot(4, "m4")))).isFalse();
    assertThat(found.leadsOnFrom(HostTest.open(epoch(5), "{}", snapshot(5, "m3")))).isFalse();
    assertThat(found.leadsOnFrom(HostTest.open(epoch(4), "{}", snapshot(3, "m3")))).isFalse();
    assertThat(found.leadsOnFrom(HostTest.open(epoch(5), "{}", null))).isFalse();
  }

  @Test
  void keepsNothingThatIsSaved() throws Exception {
    assertThat(put(4, "m3", "bytes")).isFalse();
    assertThat(directory).isEmptyDirectory();
    put(4, "k", "bytes");
    assertThat(look(5, snapshot(4, "k"))).as("it was saved after all").isEmpty();
    on(kept.clear(session));
    assertThat(directory).isEmptyDirectory();
    assertThat(look(5, snapshot(3, "m3"))).isEmpty();
  }

  @Test
  void replacesWhatItKeptBefore() throws Exception {
    put(4, "k4", "old");
    put(10, "k10", "new");
    kept = KeptFiles.open(directory, workers, now);
    assertThat(look(11, snapshot(3, "m3")).orElseThrow().manifest()).isEqualTo("k10");
    assertThat(directory.resolve(session.toString())).isDirectoryContaining("glob:**/10");
    assertThat(directory.resolve(session.toString()).resolve("4")).doesNotExist();
  }

  @Test
  void leavesNothingOfWhatCannotBeKept() {
    Future<Boolean> failed =
        kept.put(
            epoch(4),
            "m3",
            since,
            place ->
                place
                    .put(CHUNK, Buffer.buffer("bytes"))
                    .compose(v -> Future.failedFuture("the disk is full")));
    assertThatThrownBy(() -> on(failed)).hasMessage("the disk is full");
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void forgetsWhatNobodyCameFor() throws Exception {
    put(4, "k", "bytes");
    Files.setLastModifiedTime(
        directory.resolve(session.toString()).resolve("4/note.json"),
        FileTime.from(now.minus(Duration.ofDays(31))));
    kept = KeptFiles.open(directory, workers, now);
    assertThat(directory).isEmptyDirectory();
    Files.createDirectories(directory.resolve(session.toString()).resolve("5"));
    KeptFiles.open(directory, workers, now);
    assertThat(directory).as("without a note it is half").isEmptyDirectory();
  }
}
