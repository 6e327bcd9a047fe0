package io.ash.runner.workspace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.ash.blob.BadManifest;
import io.ash.blob.Chunk;
import io.ash.blob.Chunks;
import io.ash.blob.CorruptBlob;
import io.ash.blob.Manifest;
import io.ash.blob.ManifestCodec;
import io.ash.blob.ManifestEntry;
import io.ash.blob.NoSuchBlob;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotTest {
  private static Vertx vertx;
  private static WorkerExecutor workers;

  @TempDir Path root;
  private final MemoryBlobs blobs = new MemoryBlobs();
  private Grounds from;
  private Workspace workspace;

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx();
    workers = vertx.createSharedWorkerExecutor("files", 4);
  }

  @AfterAll
  static void stop() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get();
  }

  @BeforeEach
  void open() throws IOException {
    from = Grounds.in(Files.createDirectory(root.resolve("from")));
    workspace = from.open(blobs, workers);
  }

  @Test
  void bringsBackEverythingItKept() throws Exception {
    write(from.workspace, "src/größe.txt", "text".getBytes(UTF_8));
    write(from.workspace, "empty", new byte[0]);
    write(from.workspace, "big", random((9 << 20) + 17));
    write(from.workspace, "exact", random(Chunks.MAX_CONTENT));
    write(from.home, ".agent/state.json", "{}".getBytes(UTF_8));
    Files.createDirectories(from.workspace.resolve("hollow/inside"));
    Files.createSymbolicLink(from.workspace.resolve("link"), Path.of("src/größe.txt"));
    Files.createSymbolicLink(from.workspace.resolve("src/out"), Path.of("/etc/passwd"));
    mode(from.workspace.resolve("src/größe.txt"), "rwxr-x---");
    mode(from.workspace.resolve("hollow"), "r-xr-xr-x");
    Files.setLastModifiedTime(
        from.workspace.resolve("empty"), FileTime.fromMillis(1_500_000_000_123L));
    Files.setLastModifiedTime(from.workspace.resolve("hollow/inside"), FileTime.fromMillis(1000));

    Snapshot snapshot = scan();
    Grounds to = restored(snapshot.manifest());

    assertThat(tree(to.workspace)).isEqualTo(tree(from.workspace));
    assertThat(tree(to.home)).isEqualTo(tree(from.home));
    assertThat(to.premises.desk()).isEmptyDirectory();
    assertThat(snapshot.blobs()).hasSize(7).contains(snapshot.manifest());
    assertThat(scan(to.open(blobs, workers)).manifest()).isEqualTo(snapshot.manifest());
  }

  @Test
  void sendsAndReadsNothingWhereNothingChanged() throws Exception {
    for (int i = 0; i < 50; i++) {
      write(from.workspace, "d" + i % 5 + "/f" + i, random(100));
    }
    Snapshot first = scan();
    assertThat(first.changed()).isTrue();
    assertThat(first.blobsStored()).isEqualTo(50);
    await().atMost(Duration.ofSeconds(10)).until(() -> scan().filesRead() == 0);
    blobs.put.clear();

    Snapshot again = scan();

    assertThat(again.filesRead()).isZero();
    assertThat(again.blobsStored()).isZero();
    assertThat(again.changed()).isFalse();
    assertThat(again.manifest()).isEqualTo(first.manifest());
    assertThat(blobs.put).isEmpty();
  }

  @Test
  void readsAndSendsOnlyWhatChanged() throws Exception {
    for (int i = 0; i < 50; i++) {
      write(from.workspace, "f" + i, random(100));
    }
    await().atMost(Duration.ofSeconds(10)).until(() -> scan().filesRead() == 0);
    FileTime before = Files.getLastModifiedTime(from.workspace.resolve("f7"));
    write(from.workspace, "f7", random(100));
    Files.setLastModifiedTime(from.workspace.resolve("f7"), before); // as a careful liar would
    blobs.put.clear();

    Snapshot again = scan();

    assertThat(again.filesRead()).isEqualTo(1);
    assertThat(again.blobsStored()).isEqualTo(1);
    assertThat(blobs.put).hasSize(2).contains(again.manifest());
    assertThat(tree(restored(again.manifest()).workspace)).isEqualTo(tree(from.workspace));
  }

  @Test
  void costsWhatThreeFilesCostThoughThereIsAGibibyte() throws Exception {
    for (int i = 0; i < 64; i++) {
      Path large = from.workspace.resolve("large" + i);
      try (RandomAccessFile file = new RandomAccessFile(large.toFile(), "rw")) {
        file.setLength(16 << 20);
        file.writeInt(i);
      }
    }
    write(from.workspace, "a/one", random(1000));
    write(from.workspace, "two", random(2000));
    write(from.home, "three", random(3000));
    Snapshot whole = scan();
    assertThat(whole.bytesRead()).isGreaterThan(1L << 30);
    await().atMost(Duration.ofSeconds(60)).until(() -> scan().filesRead() == 0);
    write(from.workspace, "a/one", random(1001));
    write(from.workspace, "two", random(2001));
    write(from.home, "three", random(3001));
    blobs.put.clear();

    Snapshot changed = scan();

    assertThat(changed.filesRead()).isEqualTo(3);
    assertThat(changed.bytesRead()).isEqualTo(2 * (1001 + 2001 + 3001));
    assertThat(changed.blobsStored()).isEqualTo(3);
    assertThat(blobs.put).hasSize(4).contains(changed.manifest());
  }

  @Test
  void sendsNothingThatWasRestored() throws Exception {
    write(from.workspace, "a", random(100));
    Snapshot first = scan();
    Grounds to = Grounds.in(Files.createDirectory(root.resolve("to")));
    Workspace there = to.open(blobs, workers);
    Grounds.on(vertx, () -> there.restore(first.manifest()));
    blobs.put.clear();

    assertThat(scan(there).manifest()).isEqualTo(first.manifest());
    assertThat(blobs.put).isEmpty();
  }

  @Test
  void keepsAFileThatChangesBetweenLookingAndSending() throws Exception {
    write(from.workspace, "log", "one".getBytes(UTF_8));
    write(from.workspace, "copy", "one".getBytes(UTF_8));
    write(from.workspace, "gone", "two".getBytes(UTF_8));
    write(from.workspace, "big", random(5 << 20));
    blobs.beforeMissing =
        () -> {
          try {
            write(from.workspace, "log", "not one".getBytes(UTF_8));
            Files.deleteIfExists(from.workspace.resolve("copy"));
            Files.deleteIfExists(from.workspace.resolve("gone"));
            write(from.workspace, "big", random(6 << 20));
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        };

    Snapshot snapshot = scan();

    assertThat(tree(restored(snapshot.manifest()).workspace)).isEqualTo(tree(from.workspace));
    assertThat(snapshot.blobs()).allMatch(blobs.stored::containsKey);
  }

  @Test
  void sendsAgainWhatTheStoreLost() throws Exception {
    write(from.workspace, "a", random(100));
    write(from.workspace, "b", random(100));
    Snapshot first = scan();
    blobs.stored.clear();

    Grounds.on(vertx, () -> workspace.store(first.blobs()));

    assertThat(tree(restored(first.manifest()).workspace)).isEqualTo(tree(from.workspace));
  }

  @Test
  void saysWhichBlobIsLostAndCannotBeSentAgain() throws Exception {
    write(from.workspace, "a", random(100));
    Snapshot first = scan();
    blobs.stored.clear();
    write(from.workspace, "a", random(100));

    assertThatThrownBy(() -> Grounds.on(vertx, () -> workspace.store(first.blobs())))
        .hasMessageContaining("is lost");
    assertThat(scan().blobs()).allMatch(blobs.stored::containsKey);
  }

  @Test
  void namesAMissingBlob() throws Exception {
    write(from.workspace, "a", random(100));
    Snapshot snapshot = scan();
    String key = key(snapshot, "workspace/a");
    blobs.stored.remove(key);

    assertThatThrownBy(() -> restored(snapshot.manifest()))
        .isInstanceOf(NoSuchBlob.class)
        .hasMessageContaining(key);
    assertThatThrownBy(() -> Grounds.on(vertx, () -> workspace.restore("0".repeat(64))))
        .isInstanceOf(NoSuchBlob.class);
  }

  @Test
  void namesADamagedBlob() throws Exception {
    write(from.workspace, "a", random(100));
    Snapshot snapshot = scan();
    String key = key(snapshot, "workspace/a");
    blobs.stored.put(key, Buffer.buffer(new byte[] {0, 1, 2, 3}));

    assertThatThrownBy(() -> restored(snapshot.manifest()))
        .isInstanceOfSatisfying(CorruptBlob.class, e -> assertThat(e.key()).isEqualTo(key));
  }

  @Test
  void refusesAManifestThatLeadsElsewhere() throws Exception {
    Chunk elsewhere = stored(new ManifestEntry.Directory("elsewhere/a", 0755, 0));
    Chunk notDirectory = stored(new ManifestEntry.Link("home", "/"));

    assertThatThrownBy(() -> restored(elsewhere.key())).isInstanceOf(BadManifest.class);
    assertThatThrownBy(() -> Grounds.on(vertx, () -> workspace.restore(notDirectory.key())))
        .isInstanceOf(BadManifest.class);
  }

  @Test
  void refusesChunksThatDoNotFitTheSize() throws Exception {
    Chunk content = new Chunks(Grounds.KEYS).pack("four".getBytes(UTF_8));
    blobs.put(content.key(), content.packed());
    Chunk lying = stored(new ManifestEntry.File("workspace/a", 0644, 0, 5, List.of(content.key())));

    assertThatThrownBy(() -> restored(lying.key())).isInstanceOf(BadManifest.class);
  }

  @Test
  void furnishesAWorkspaceWithAnAgentsFiles() throws Exception {
    Chunk content = new Chunks(Grounds.KEYS).pack("prompt".getBytes(UTF_8));
    blobs.put(content.key(), content.packed());
    Chunk agent =
        stored(
            new ManifestEntry.File("CLAUDE.md", 0644, 0, 6, List.of(content.key())),
            new ManifestEntry.File("bin/run", 0755, 0, 0, List.of()),
            new ManifestEntry.Link("latest", "bin/run"));

    Grounds.on(vertx, () -> workspace.furnish(agent.key()));

    assertThat(from.workspace.resolve("CLAUDE.md")).hasContent("prompt");
    assertThat(from.workspace.resolve("bin/run")).isEmptyFile().isExecutable();
    assertThat(Files.readSymbolicLink(from.workspace.resolve("latest"))).hasToString("bin/run");
  }

  @Test
  void restoresThroughNoLinkThatIsThereAlready() throws Exception {
    write(from.workspace, "dir/secret", "mine".getBytes(UTF_8));
    Snapshot snapshot = scan();
    Grounds to = Grounds.in(Files.createDirectory(root.resolve("to")));
    Files.createSymbolicLink(to.workspace.resolve("dir"), to.outside);

    assertThatThrownBy(
            () -> Grounds.on(vertx, () -> to.open(blobs, workers).restore(snapshot.manifest())))
        .hasMessageContaining("dir");
    assertThat(to.secret).hasContent("SECRET");
  }

  @Test
  void reportsWhatItCannotKeep() throws Exception {
    Path deep = from.workspace;
    for (int i = 0; i < 70; i++) {
      deep = deep.resolve("d");
    }
    Files.createDirectories(deep);
    Path strange = Path.of(java.net.URI.create("file://" + from.workspace + "/bad%FFname"));
    Files.writeString(strange, "x");
    write(from.workspace, "good", "x".getBytes(UTF_8));

    Snapshot snapshot = scan();

    assertThat(snapshot.skipped()).hasSize(2);
    assertThat(String.join(" ", snapshot.skipped())).contains("UTF-8").contains("d/d/d/");
    assertThat(restored(snapshot.manifest()).workspace.resolve("good")).hasContent("x");
  }

  @Test
  void beginsNothingAfterItWasClosed() throws Exception {
    Grounds.on(vertx, workspace::close);

    assertThatThrownBy(() -> Grounds.on(vertx, () -> workspace.look(files -> true)))
        .hasMessageContaining("removed");
  }

  @Test
  void givesAnEmptyTextForWhatIsNotThereOrTooLong() throws Exception {
    write(from.home, "long", random(100));
    Grounds.on(vertx, () -> workspace.writePrivate(Place.HOME, "memory", Buffer.buffer("thought")));

    List<String> texts =
        Grounds.on(
            vertx,
            () ->
                workspace.look(
                    files ->
                        List.of(
                            files.text(Place.HOME, "memory", 10),
                            files.text(Place.HOME, "long", 10),
                            files.text(Place.WORKSPACE, "none", 10))));
    assertThat(texts).containsExactly("thought", "", "");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(from.home.resolve("memory"))))
        .isEqualTo("rw-------");
  }

  private Chunk stored(ManifestEntry... entries) {
    Chunk chunk =
        new Chunks(Grounds.KEYS).pack(ManifestCodec.write(new Manifest(List.of(entries))));
    blobs.put(chunk.key(), chunk.packed());
    return chunk;
  }

  private String key(Snapshot snapshot, String path) throws IOException {
    byte[] bytes =
        new Chunks(Grounds.KEYS)
            .unpack(
                snapshot.manifest(),
                blobs.stored.get(snapshot.manifest()),
                ManifestCodec.MAX_BYTES);
    ManifestEntry.File file = (ManifestEntry.File) ManifestCodec.read(bytes).at(path).orElseThrow();
    return file.chunks().get(0);
  }

  private Snapshot scan() throws Exception {
    return scan(workspace);
  }

  private static Snapshot scan(Workspace workspace) throws Exception {
    return Grounds.on(vertx, () -> workspace.scan(() -> {}));
  }

  private Grounds restored(String manifest) throws Exception {
    Grounds to = Grounds.in(Files.createTempDirectory(root, "to"));
    Grounds.on(vertx, () -> to.open(blobs, workers).restore(manifest));
    return to;
  }

  private static void write(Path top, String path, byte[] content) throws IOException {
    Path file = top.resolve(path);
    Files.createDirectories(file.getParent());
    Files.write(file, content);
  }

  private static void mode(Path file, String mode) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }

  private static byte[] random(int size) {
    byte[] bytes = new byte[size];
    new Random().nextBytes(bytes);
    return bytes;
  }

  /** Everything that is to be kept of a tree, as text. */
  private static Map<String, String> tree(Path top) throws IOException {
    Map<String, String> all = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(top)) {
      for (Path path : paths.filter(p -> !p.equals(top)).toList()) {
        String facts;
        if (Files.isSymbolicLink(path)) {
          facts = "-> " + Files.readSymbolicLink(path);
        } else {
          facts =
              PosixFilePermissions.toString(
                      Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS))
                  + " "
                  + Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS).toMillis();
          if (Files.isRegularFile(path)) {
            facts += " " + Grounds.KEYS.keyOf(Files.readAllBytes(path));
          }
        }
        all.put(top.relativize(path).toString(), facts);
      }
    }
    return all;
  }
}
