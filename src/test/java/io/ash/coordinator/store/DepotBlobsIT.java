package io.ash.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.blob.BlobKeys;
import io.ash.blob.Chunk;
import io.ash.blob.Chunks;
import io.ash.blob.CorruptBlob;
import io.ash.blob.NoSuchBlob;
import io.ash.blob.depot.Depot;
import io.ash.blob.depot.DepotTimes;
import io.ash.blob.depot.Dock;
import io.ash.blob.depot.FileDepot;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.testing.Outcome;
import io.ash.testing.TestPostgres;
import io.ash.time.Ticker;
import io.ash.time.Timers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Blobs whose bytes lie in a directory. */
@ExtendWith(VertxExtension.class)
class DepotBlobsIT {
  @RegisterExtension static final TestPostgres postgres = TestPostgres.migrated();

  private final Chunks chunks = new Chunks(BlobKeys.of("42".repeat(32)));
  @TempDir Path directory;
  private Vertx vertx;
  private Database database;
  private BlobStore blobs;

  @BeforeEach
  void open(Vertx vertx) {
    this.vertx = vertx;
    postgres.execute("delete from blob");
    postgres.execute("delete from depot");
    database = postgres.database(vertx);
    blobs = new BlobStore(database, Optional.of(opened(directory)));
  }

  private Dock dock(Depot depot) {
    return new Dock(vertx, Timers.of(vertx), Ticker.system(), DepotTimes.none(), depot);
  }

  private OpenDepot opened(Path where) {
    return Outcome.of(new DepotStore(database).open(dock(new FileDepot(where))));
  }

  private Chunk chunk(String text) {
    return chunks.pack(text.getBytes(StandardCharsets.UTF_8));
  }

  private Chunk stored(String text) {
    Chunk chunk = chunk(text);
    Outcome.of(blobs.put(chunk.key(), chunk.packed()));
    return chunk;
  }

  private List<Path> files() {
    try (Stream<Path> all = Files.walk(directory.resolve("blobs"))) {
      return all.filter(Files::isRegularFile).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void bytesLieInTheDirectoryAndTheRowInTheDatabase() throws Exception {
    byte[] noise = new byte[Chunks.MAX_CONTENT];
    new Random(2).nextBytes(noise);
    Chunk chunk = chunks.pack(noise);
    Outcome.of(blobs.put(chunk.key(), chunk.packed()));

    assertThat(chunks.unpack(chunk.key(), Outcome.of(blobs.get(chunk.key())))).isEqualTo(noise);
    assertThat(files()).hasSize(1);
    assertThat(Files.size(files().get(0))).isEqualTo(chunk.packed().length());
    assertThat(Outcome.of(database.query("t", "select 1 from blob where bytes is null")))
        .hasSize(1);
  }

  @Test
  void aBlobThatIsThereIsNotWrittenAgain() {
    Chunk chunk = stored("once");
    stored("once");

    assertThat(files()).hasSize(1);
    assertThat(Outcome.of(blobs.missing(List.of(chunk.key())))).isEmpty();
  }

  @Test
  void ofManyPutsOfOneBlobOneCountsAndTheOthersLeaveNothing() throws Exception {
    Chunk chunk = chunk("many");
    List<Future<Void>> puts =
        IntStream.range(0, 24).mapToObj(i -> blobs.put(chunk.key(), chunk.packed())).toList();
    puts.forEach(Outcome::of);

    assertThat(files()).hasSize(1);
    assertThat(chunks.unpack(chunk.key(), Outcome.of(blobs.get(chunk.key()))))
        .isEqualTo("many".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void bytesThatAreGoneCountAsMissingUntilTheyCome() throws Exception {
    Chunk chunk = stored("precious");
    Files.delete(files().get(0));
    assertThat(Outcome.of(blobs.missing(List.of(chunk.key())))).isEmpty();

    Throwable failure = Outcome.failureOf(blobs.get(chunk.key()));

    assertThat(failure).isInstanceOf(NoSuchBlob.class).hasMessageContaining(chunk.key());
    assertThat(Outcome.of(blobs.missing(List.of(chunk.key())))).containsExactly(chunk.key());
    stored("precious");
    assertThat(Outcome.of(blobs.missing(List.of(chunk.key())))).isEmpty();
    assertThat(Outcome.of(blobs.get(chunk.key()))).isEqualTo(chunk.packed());
  }

  @Test
  void damageIsFoundAndMended() throws Exception {
    for (String how : List.of("flipped", "shorter", "longer", "empty")) {
      Chunk chunk = stored("damaged: " + how);
      Path file = files().get(0);
      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length - 1] ^= 1;
      Buffer changed = Buffer.buffer(bytes);
      Files.write(
          file,
          switch (how) {
            case "flipped" -> bytes;
            case "shorter" -> changed.slice(0, bytes.length - 1).getBytes();
            case "longer" -> changed.copy().appendByte((byte) 0).getBytes();
            default -> new byte[0];
          });

      assertThat(Outcome.failureOf(blobs.get(chunk.key())))
          .as(how)
          .isInstanceOfAny(CorruptBlob.class, NoSuchBlob.class)
          .hasMessageContaining(chunk.key());
      assertThat(Outcome.of(blobs.missing(List.of(chunk.key())))).containsExactly(chunk.key());
      Outcome.of(blobs.put(chunk.key(), chunk.packed()));
      assertThat(Outcome.of(blobs.get(chunk.key()))).isEqualTo(chunk.packed());
      Outcome.of(database.query("t", "delete from blob"));
      for (Path left : files()) {
        Files.delete(left);
      }
    }
  }

  @Test
  void aPlaceThatIsAwayIsNoReasonToCallBlobsLost() throws Exception {
    Chunk chunk = stored("still there");
    Path away = directory.resolveSibling(directory.getFileName() + "-away");
    Files.move(directory, away);
    try {
      assertThat(unavailable(blobs.get(chunk.key()))).isTrue();
      assertThat(unavailable(blobs.put(chunk("new").key(), chunk("new").packed()))).isTrue();
    } finally {
      Files.move(away, directory);
    }
    assertThat(Outcome.of(blobs.get(chunk.key()))).isEqualTo(chunk.packed());
    assertThat(Outcome.of(blobs.missing(List.of(chunk("new").key())))).hasSize(1);
    stored("new");
  }

  private static boolean unavailable(Future<?> asked) {
    return Outcome.failureOf(asked) instanceof Refused no && no.refusal() == Refusal.UNAVAILABLE;
  }

  @Test
  void blobsOfTheDatabaseStayReadable() {
    Chunk chunk = chunk("from before");
    Outcome.of(new BlobStore(database).put(chunk.key(), chunk.packed()));

    assertThat(Outcome.of(blobs.get(chunk.key()))).isEqualTo(chunk.packed());
    assertThat(Outcome.of(blobs.missing(List.of(chunk.key())))).isEmpty();
    stored("from before");
    assertThat(files()).isEmpty();
  }

  @Test
  void aBlobOfAnotherPlaceNamesItAndIsStoredAnewWhenItComes(@TempDir Path other) {
    Chunk chunk = stored("elsewhere");
    for (BlobStore now :
        List.of(new BlobStore(database), new BlobStore(database, Optional.of(opened(other))))) {
      assertThat(Outcome.failureOf(now.get(chunk.key())))
          .isInstanceOfSatisfying(
              Refused.class, no -> assertThat(no.refusal()).isEqualTo(Refusal.NOT_CONFIGURED))
          .hasMessageContaining("set ASH_SNAPSHOT_URL to file://" + directory);
      assertThat(Outcome.of(now.missing(List.of(chunk.key())))).containsExactly(chunk.key());
    }
    BlobStore next = new BlobStore(database, Optional.of(opened(other)));
    Outcome.of(next.put(chunk.key(), chunk.packed()));
    assertThat(Outcome.of(next.get(chunk.key()))).isEqualTo(chunk.packed());
    BlobStore last = new BlobStore(database);
    Outcome.of(last.put(chunk.key(), chunk.packed()));
    assertThat(Outcome.of(last.get(chunk.key()))).isEqualTo(chunk.packed());
  }

  @Test
  void twoServersOfOneDatabaseShareAPlace() {
    List<Future<OpenDepot>> opening = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      opening.add(new DepotStore(database).open(dock(new FileDepot(directory))));
    }
    OpenDepot first = Outcome.of(opening.get(0));
    for (Future<OpenDepot> one : opening) {
      assertThat(Outcome.of(one).id()).isEqualTo(first.id());
      assertThat(Outcome.of(one).mark()).isEqualTo(first.mark());
    }
  }

  @Test
  void twoServersThatSeeDifferentPlacesUnderOneNameAreNotBothLetIn(@TempDir Path top)
      throws Exception {
    Path one = Files.createDirectory(top.resolve("one"));
    Path two = Files.createDirectory(top.resolve("two"));
    Future<OpenDepot> first = new DepotStore(database).open(dock(new Renamed(one)));
    Future<OpenDepot> second = new DepotStore(database).open(dock(new Renamed(two)));
    Outcome.of(Future.join(first.otherwiseEmpty(), second.otherwiseEmpty()));

    assertThat(first.succeeded()).isNotEqualTo(second.succeeded());
    Path refused = first.succeeded() ? two : one;
    // Whether it came as far as leaving a mark of its own is a matter of moments.
    String taken = Files.readString((first.succeeded() ? one : two).resolve("ash-depot"));
    Files.writeString(refused.resolve("ash-depot"), taken.split(" ")[0] + " another\n");
    assertThat(Outcome.failureOf(new DepotStore(database).open(dock(new Renamed(refused)))))
        .isInstanceOf(DepotRefused.class)
        .hasMessageContaining("Mount the same one on every server");
  }

  @Test
  void anEmptyMountPointIsNotTakenForThePlace(@TempDir Path top) throws Exception {
    opened(top);
    Files.delete(top.resolve("ash-depot"));

    assertThat(Outcome.failureOf(new DepotStore(database).open(dock(new FileDepot(top)))))
        .isInstanceOf(DepotRefused.class)
        .hasMessageContaining("holds no mark of this database");
  }

  @Test
  void thePlaceOfAnotherDatabaseIsNotShared(@TempDir Path top) throws Exception {
    Files.writeString(top.resolve("ash-depot"), "00000000-0000-0000-0000-000000000001 x\n");

    assertThat(Outcome.failureOf(new DepotStore(database).open(dock(new FileDepot(top)))))
        .isInstanceOf(DepotRefused.class)
        .hasMessageContaining("used by another database");
  }

  /** A directory that is mounted at the same name on two machines and is not the same there. */
  private static final class Renamed implements Depot {
    private final FileDepot inner;

    Renamed(Path top) {
      this.inner = new FileDepot(top);
    }

    @Override
    public String url() {
      return "file:///shared";
    }

    @Override
    public int lanes() {
      return inner.lanes();
    }

    @Override
    public void write(io.ash.blob.depot.BytesName name, byte[] bytes) throws IOException {
      inner.write(name, bytes);
    }

    @Override
    public Optional<byte[]> read(io.ash.blob.depot.BytesName name, int most) throws IOException {
      return inner.read(name, most);
    }

    @Override
    public void delete(List<io.ash.blob.depot.BytesName> names) throws IOException {
      inner.delete(names);
    }

    @Override
    public List<Lying> list(io.ash.blob.depot.BytesName after) throws IOException {
      return inner.list(after);
    }

    @Override
    public void tidy(java.time.Instant before) throws IOException {
      inner.tidy(before);
    }

    @Override
    public Optional<String> mark() throws IOException {
      return inner.mark();
    }

    @Override
    public String mark(String wished) throws IOException {
      return inner.mark(wished);
    }

    @Override
    public void probe() throws IOException {
      inner.probe();
    }

    @Override
    public void close() {
      inner.close();
    }
  }
}
