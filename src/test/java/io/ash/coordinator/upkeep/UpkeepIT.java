package io.ash.coordinator.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.blob.BlobKeys;
import io.ash.blob.Chunk;
import io.ash.blob.Chunks;
import io.ash.blob.depot.DepotTimes;
import io.ash.blob.depot.Dock;
import io.ash.blob.depot.FileDepot;
import io.ash.coordinator.store.BlobStore;
import io.ash.coordinator.store.CollectorStore;
import io.ash.coordinator.store.Database;
import io.ash.coordinator.store.DepotStore;
import io.ash.coordinator.store.OpenDepot;
import io.ash.testing.Outcome;
import io.ash.testing.TestPostgres;
import io.ash.time.Ticker;
import io.ash.time.Timers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Blobs whose bytes lie in a directory, collected and audited. */
@ExtendWith(VertxExtension.class)
class UpkeepIT {
  @RegisterExtension static final TestPostgres postgres = TestPostgres.migrated();

  private static final Duration DAY = Duration.ofHours(24);
  private final Chunks chunks = new Chunks(BlobKeys.of("42".repeat(32)));
  private final Counts tally = new Counts();
  @TempDir Path directory;
  private Database database;
  private BlobStore blobs;
  private OpenDepot depot;
  private UnreferencedBlobs collector;

  private static final class Counts implements Tally {
    private final AtomicLong blobs = new AtomicLong(-1);
    private final AtomicLong bytes = new AtomicLong(-1);
    private final AtomicLong collected = new AtomicLong();
    private final AtomicLong strays = new AtomicLong();

    @Override
    public void stored(long count, long size) {
      blobs.set(count);
      bytes.set(size);
    }

    @Override
    public void collected(long count, long size) {
      collected.addAndGet(count);
    }

    @Override
    public void strays(long count) {
      strays.addAndGet(count);
    }

    @Override
    public void expired(long sessions) {
      throw new AssertionError("no session expires here");
    }
  }

  @BeforeEach
  void open(Vertx vertx) {
    postgres.execute("delete from blob");
    postgres.execute("delete from depot");
    database = postgres.database(vertx);
    Dock dock =
        new Dock(
            vertx, Timers.of(vertx), Ticker.system(), DepotTimes.none(), new FileDepot(directory));
    depot = Outcome.of(new DepotStore(database).open(dock));
    blobs = new BlobStore(database, Optional.of(depot));
    collector = new UnreferencedBlobs(new CollectorStore(database), Optional.of(depot), DAY, tally);
  }

  private Chunk stored(String text) {
    Chunk chunk = chunks.pack(text.getBytes(StandardCharsets.UTF_8));
    Outcome.of(blobs.put(chunk.key(), chunk.packed()));
    return chunk;
  }

  private static void nobodyAsked() {
    postgres.execute("update blob set claimed_at = now() - interval '25 hours'");
  }

  private List<Path> files() {
    try (Stream<Path> all = Files.walk(directory.resolve("blobs"))) {
      return all.filter(Files::isRegularFile).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private StrayBytes audit(Duration ahead) {
    InstantSource later = () -> Instant.now().plus(ahead);
    return new StrayBytes(new CollectorStore(database), depot, later, tally);
  }

  @Test
  void rowsGoAndThenTheirBytes() {
    stored("one");
    stored("two");
    nobodyAsked();
    Chunk young = stored("young");

    Outcome.of(collector.round());

    assertThat(files()).hasSize(1);
    assertThat(files().get(0).getFileName().toString()).startsWith(young.key());
    assertThat(tally.collected).hasValue(2);
    assertThat(tally.blobs).hasValue(3);
    Outcome.of(collector.round());
    assertThat(tally.blobs).hasValue(1);
    assertThat(tally.bytes).hasValue(young.packed().length());
  }

  @Test
  void whatWasPutAgainWhileItsOldBytesGoStays() {
    for (int i = 0; i < 20; i++) {
      Chunk chunk = stored("again and again");
      nobodyAsked();

      Future<Void> round = collector.round();
      Future<Void> put = blobs.put(chunk.key(), chunk.packed());
      Outcome.of(round);
      Outcome.of(put);

      if (Outcome.of(blobs.missing(List.of(chunk.key()))).isEmpty()) {
        assertThat(Outcome.of(blobs.get(chunk.key()))).isEqualTo(chunk.packed());
      }
    }
    assertThat(files()).hasSizeLessThanOrEqualTo(1);
  }

  @Test
  void bytesOfADepotThatIsAwayStayForTheAudit() throws Exception {
    stored("left behind");
    nobodyAsked();
    Path blobsAway = directory.resolve("blobs-away");
    Files.move(directory.resolve("blobs"), blobsAway);
    Files.writeString(directory.resolve("blobs"), "no directory");

    Outcome.of(collector.round());

    Files.delete(directory.resolve("blobs"));
    Files.move(blobsAway, directory.resolve("blobs"));
    assertThat(files()).hasSize(1);
    assertThat(Outcome.of(database.query("t", "select 1 from blob"))).isEmpty();
    auditIsDue();
    Outcome.of(audit(DAY.plusHours(1)).round());
    assertThat(files()).isEmpty();
    assertThat(tally.strays).hasValue(1);
  }

  private static void auditIsDue() {
    postgres.execute("update depot set audited_at = now() - interval '25 hours'");
  }

  @Test
  void theAuditTakesOnlyOldBytesThatNoRowHas() throws Exception {
    Chunk kept = stored("kept");
    Chunk lost = stored("row lost in a crash");
    Path stray =
        files().stream()
            .filter(f -> f.getFileName().toString().startsWith(lost.key()))
            .findFirst()
            .orElseThrow();
    postgres.execute("delete from blob where key = '" + lost.key() + "'");
    Path part = Files.writeString(directory.resolve("incoming/cut-off"), "x");
    auditIsDue();

    Outcome.of(audit(Duration.ofHours(23)).round());
    assertThat(stray).exists();
    assertThat(part).exists();

    auditIsDue();
    Outcome.of(audit(Duration.ofHours(25)).round());
    assertThat(stray).doesNotExist();
    assertThat(part).doesNotExist();
    assertThat(Outcome.of(blobs.get(kept.key()))).isEqualTo(kept.packed());
  }

  @Test
  void anOldTagOfABlobThatWasStoredAnewIsAStray() throws Exception {
    Chunk chunk = stored("damaged");
    Path damaged = files().get(0);
    Files.writeString(damaged, "x");
    Outcome.failureOf(blobs.get(chunk.key()));
    stored("damaged");
    assertThat(files()).hasSize(2);
    auditIsDue();

    Outcome.of(audit(Duration.ofHours(25)).round());

    assertThat(damaged).doesNotExist();
    assertThat(Outcome.of(blobs.get(chunk.key()))).isEqualTo(chunk.packed());
  }

  @Test
  void oneOfManyAuditsADay() throws Exception {
    stored("x");
    Files.setLastModifiedTime(files().get(0), FileTime.from(Instant.EPOCH));
    postgres.execute("delete from blob");
    Outcome.of(audit(Duration.ZERO).round());
    assertThat(files()).hasSize(1);
    auditIsDue();

    List<Future<Void>> rounds = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      rounds.add(audit(Duration.ZERO).round());
    }
    rounds.forEach(Outcome::of);

    assertThat(tally.strays).hasValue(1);
  }
}
