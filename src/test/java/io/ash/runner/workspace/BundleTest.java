package io.ash.runner.workspace;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ash.archive.BundleLimits;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.testing.ManualTimers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class BundleTest {
  private static Vertx vertx;
  private static WorkerExecutor workers;

  @TempDir Path root;
  private Grounds grounds;
  private Workspace workspace;

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx();
    workers = vertx.createSharedWorkerExecutor("files", 2);
  }

  @AfterAll
  static void stop() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get();
  }

  @BeforeEach
  void open() throws IOException {
    grounds = Grounds.in(root);
    workspace = grounds.open(new MemoryBlobs(), workers);
  }

  @Test
  void packsTheWorkspaceAsOtherToolsReadIt() throws Exception {
    for (String path :
        List.of(
            "src/größe.txt",
            ".git/HEAD",
            ".env",
            ".env.local",
            "node_modules/a/b",
            "tmp/x",
            ".venv/y",
            "yarn.lock",
            "a/.DS_Store",
            "n".repeat(120) + "/" + "m".repeat(120))) {
      write(path, path.getBytes(UTF_8));
    }
    write("empty", new byte[0]);
    Files.createSymbolicLink(grounds.workspace.resolve("out"), grounds.secret);

    assertThat(Archive.read(packed()))
        .containsOnlyKeys(
            "./src/",
            "./src/größe.txt",
            "./.git/",
            "./.git/HEAD",
            "./yarn.lock",
            "./a/",
            "./empty",
            "./out",
            "./" + "n".repeat(120) + "/",
            "./" + "n".repeat(120) + "/" + "m".repeat(120))
        .containsEntry("./src/größe.txt", "src/größe.txt")
        .containsEntry("./out", "-> " + grounds.secret);
  }

  @Test
  void packsInPartsOfAMebibyteAndForgetsTheTransfer() throws Exception {
    byte[] noise = new byte[3_500_000];
    new Random(7).nextBytes(noise);
    write("noise", noise);

    List<BundlePart> parts = parts();

    assertThat(parts).hasSize(4);
    assertThat(parts).allMatch(p -> p.bytes().length() <= 1 << 20);
    assertThat(Archive.read(joined(parts)).get("./noise")).isEqualTo(new String(noise, UTF_8));
    assertThatThrownBy(() -> next(parts.get(0).handle()))
        .isInstanceOf(Refused.class)
        .hasMessage("This transfer is over.");
  }

  @Test
  void givesUpTheOldestTransferForANewOne() throws Exception {
    byte[] noise = new byte[1_500_000];
    new Random(7).nextBytes(noise);
    write("noise", noise);
    BundlePart oldest = next("");
    for (int i = 0; i < 3; i++) {
      next("");
    }

    assertThatThrownBy(() -> next(oldest.handle())).hasMessage("This transfer is over.");
    Grounds.on(vertx, workspace::close);
  }

  @Test
  void unpacksOverWhatIsThere() throws Exception {
    write("kept", "kept".getBytes(UTF_8));
    write("dir/replaced", "old".getBytes(UTF_8));
    String far = "n".repeat(120) + "/" + "m".repeat(120);

    unpack(
        new Archive()
            .directory("./dir")
            .file("./dir/replaced", 0100755, "new")
            .file("dir/größe", 0644, "umlaut")
            .file(far, 0644, "far")
            .bytes());
    unpack(new Archive().gnu().file("gnu/" + far, 0644, "far").bytes());

    assertThat(grounds.workspace.resolve("kept")).hasContent("kept");
    Path replaced = grounds.workspace.resolve("dir/replaced");
    assertThat(replaced).hasContent("new");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(replaced)))
        .isEqualTo("rwxr-xr-x");
    assertThat(Files.getLastModifiedTime(replaced).toMillis()).isEqualTo(1_500_000_000_000L);
    assertThat(grounds.workspace.resolve("dir/größe")).hasContent("umlaut");
    assertThat(grounds.workspace.resolve(far)).hasContent("far");
    assertThat(grounds.workspace.resolve("gnu/" + far)).hasContent("far");
    assertThat(grounds.premises.desk()).isEmptyDirectory();
  }

  @Test
  void unpacksWhatItPacked() throws Exception {
    write("a/b/c", "content".getBytes(UTF_8));
    byte[] archive = packed();
    Files.delete(grounds.workspace.resolve("a/b/c"));

    unpack(Buffer.buffer(archive));

    assertThat(grounds.workspace.resolve("a/b/c")).hasContent("content");
  }

  @Test
  void unpacksTheLinksItPackedWithoutFollowingAny() throws Exception {
    write("a/b/c", "content".getBytes(UTF_8));
    Files.createSymbolicLink(grounds.workspace.resolve("a/near"), Path.of("b/c"));
    Files.createSymbolicLink(grounds.workspace.resolve("a/up"), Path.of("../a/b"));
    Files.createSymbolicLink(grounds.workspace.resolve("größe"), Path.of("n".repeat(150)));
    Files.createSymbolicLink(grounds.workspace.resolve("out"), grounds.secret);
    byte[] archive = packed();
    for (String link : List.of("a/near", "a/up", "größe", "out")) {
      Files.delete(grounds.workspace.resolve(link));
    }
    write("out", "a file by now".getBytes(UTF_8));

    unpack(Buffer.buffer(archive));

    assertThat(Files.readSymbolicLink(grounds.workspace.resolve("a/near")))
        .isEqualTo(Path.of("b/c"));
    assertThat(grounds.workspace.resolve("a/up/c")).hasContent("content");
    assertThat(Files.readSymbolicLink(grounds.workspace.resolve("größe")))
        .isEqualTo(Path.of("n".repeat(150)));
    assertThat(Files.readSymbolicLink(grounds.workspace.resolve("out"))).isEqualTo(grounds.secret);
    assertThatThrownBy(() -> grounds.files.read("out", 0, 10)).isInstanceOf(Refused.class);
    assertThat(grounds.secret).hasContent("SECRET");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 511, 513, 4096})
  void takesABundleInPartsOfAnySize(int size) throws Exception {
    byte[] noise = new byte[20_000];
    new Random(7).nextBytes(noise);
    write("noise", noise);
    write("n".repeat(120) + "/" + "m".repeat(120), "far".getBytes(UTF_8));
    byte[] archive = packed();
    Files.delete(grounds.workspace.resolve("noise"));

    send("b", Buffer.buffer(archive), size);

    assertThat(grounds.workspace.resolve("noise")).hasBinaryContent(noise);
    assertThat(grounds.premises.desk()).isEmptyDirectory();
  }

  @Test
  void takesATarThatIsNotGzippedAndOneInSeveralMembers() throws Exception {
    byte[] plain = unzipped(new Archive().file("plain", 0644, "plain").bytes());
    unpack(Buffer.buffer(plain));
    byte[] cut = unzipped(new Archive().file("members", 0644, "x".repeat(5_000)).bytes());
    unpack(
        gzipped(Arrays.copyOf(cut, 700))
            .appendBuffer(gzipped(Arrays.copyOfRange(cut, 700, cut.length)))
            .appendBytes(new byte[512]));

    assertThat(grounds.workspace.resolve("plain")).hasContent("plain");
    assertThat(grounds.workspace.resolve("members")).hasContent("x".repeat(5_000));
  }

  @Test
  void changesNothingWhenTheEndIsMissingOrWrong() throws Exception {
    Buffer whole = new Archive().file("a", 0644, "x".repeat(300_000)).bytes();
    for (int less : List.of(1, 8, 9, 40)) {
      refused(Refusal.INVALID_REQUEST, whole.getBuffer(0, whole.length() - less));
    }
    Buffer wrong = whole.copy();
    wrong.setByte(wrong.length() - 6, (byte) (wrong.getByte(wrong.length() - 6) + 1));
    refused(Refusal.INVALID_REQUEST, wrong);

    assertThat(grounds.workspace).isEmptyDirectory();
  }

  @Test
  void changesNothingWhereSomethingIsInTheWay() throws Exception {
    write("old", "old".getBytes(UTF_8));
    Files.createDirectories(grounds.workspace.resolve("z/directory"));
    write("z/file", "file".getBytes(UTF_8));

    refused(
        Refusal.FILE_REFUSED,
        new Archive().file("old", 0644, "new").file("z/directory", 0644, "x").bytes());
    refused(
        Refusal.FILE_REFUSED,
        new Archive().file("old", 0644, "new").file("z/file/below", 0644, "x").bytes());
    refused(Refusal.FILE_REFUSED, new Archive().directory("new").directory("z/file").bytes());

    assertThat(grounds.workspace.resolve("old")).hasContent("old");
    assertThat(grounds.workspace.resolve("new")).doesNotExist();
  }

  @Test
  void forgetsABundleThatDoesNotGoOn() throws Exception {
    Buffer whole = noise();
    ManualTimers timers = new ManualTimers();
    workspace = grounds.open(new MemoryBlobs(), workers, timers);
    part("a", 0, whole.getBuffer(0, 500_000), false);
    part("b", 0, whole.getBuffer(0, 500_000), false);
    assertThatThrownBy(() -> part("c", 0, whole, true))
        .isInstanceOfSatisfying(
            Refused.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.TOO_MANY_REQUESTS));
    Grounds.on(vertx, () -> workspace.forgetBundle("a"));
    assertThat(grounds.premises.desk()).isDirectoryContaining("glob:**");

    Grounds.on(
        vertx,
        () -> {
          timers.advance(Duration.ofMinutes(3));
          return Future.succeededFuture();
        });

    Awaitility.await().until(() -> isEmpty(grounds.premises.desk()));
    assertThatThrownBy(() -> part("b", 500_000, whole.getBuffer(500_000, 600_000), false))
        .hasMessage("This transfer is over.");
    assertThat(grounds.workspace).isEmptyDirectory();
  }

  @Test
  void leavesNothingOfABundleWithAGapOrOfAWorkspaceThatCloses() throws Exception {
    Buffer whole = noise();
    part("gap", 0, whole.getBuffer(0, 500_000), false);
    assertThatThrownBy(() -> part("gap", 600_000, whole.getBuffer(600_000, 700_000), false))
        .hasMessageContaining("goes on at 500000");
    assertThat(grounds.premises.desk()).isEmptyDirectory();

    part("open", 0, whole.getBuffer(0, 500_000), false);
    Grounds.on(vertx, workspace::close);

    assertThat(grounds.premises.desk()).isEmptyDirectory();
    assertThatThrownBy(() -> part("open", 500_000, whole.getBuffer(500_000, 600_000), false))
        .isInstanceOf(Refused.class);
    assertThat(grounds.workspace).isEmptyDirectory();
  }

  @Test
  void keepsTheLastOfFilesThatHaveOneName() throws Exception {
    unpack(new Archive().file("a", 0644, "first").file("./a", 0644, "last").bytes());

    assertThat(grounds.workspace.resolve("a")).hasContent("last");
    assertThat(grounds.premises.desk()).isEmptyDirectory();
  }

  @Test
  void countsDirectoriesThatAreOnlyImplied() throws Exception {
    Archive deep = new Archive();
    for (int i = 0; i < 900; i++) {
      deep.file("d" + i + "/x".repeat(60) + "/f", 0644, "");
    }
    refused(Refusal.TOO_LARGE, deep.bytes());
    assertThat(grounds.workspace).isEmptyDirectory();
  }

  @Test
  void readsNamesThatSayHereWithoutEnd() throws Exception {
    unpack(new Archive().file("./".repeat(20_000) + "a", 0644, "x").bytes());

    assertThat(grounds.workspace.resolve("a")).hasContent("x");
  }

  private static Buffer noise() throws IOException {
    byte[] noise = new byte[1_000_000];
    new Random(7).nextBytes(noise);
    return new Archive().file("noise", 0644, new String(noise, ISO_8859_1)).bytes();
  }

  private static boolean isEmpty(Path directory) {
    String[] names = directory.toFile().list();
    return names != null && names.length == 0;
  }

  @Test
  void refusesABombBelowTheLimitByItsRatio() throws Exception {
    Buffer bomb = new Archive().zeros("zeros", 200 << 20).bytes();

    assertThatThrownBy(() -> unpack(bomb))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("times its packed size");
    assertThat(grounds.workspace).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/abs", "../up", "a/../../up", "./../up", "a/..", "a//b", "a\u0000/../../up2/.."})
  void refusesNamesThatLeadOutside(String name) throws Exception {
    Buffer archive = new Archive().file("first", 0644, "x").file(name, 0644, "evil").bytes();
    if (name.indexOf('\0') >= 0) {
      unpack(archive); // the name ends at the NUL
      assertThat(grounds.workspace.resolve("a")).hasContent("evil");
    } else {
      refused(Refusal.FILE_REFUSED, archive);
      assertThat(grounds.workspace).isEmptyDirectory();
    }
    assertThat(root.resolve("up")).doesNotExist();
    assertThat(grounds.outside).isDirectoryNotContaining(p -> !p.equals(grounds.secret));
  }

  @Test
  void refusesLinksDevicesAndFifosBeforeItWritesAnything() throws Exception {
    refused(
        Refusal.FILE_REFUSED,
        new Archive()
            .entry("link", TarConstants.LF_SYMLINK, grounds.outside.toString())
            .file("link/secret", 0644, "evil")
            .bytes());
    for (byte type :
        new byte[] {
          TarConstants.LF_LINK, TarConstants.LF_CHR, TarConstants.LF_BLK, TarConstants.LF_FIFO
        }) {
      refused(
          Refusal.FILE_REFUSED,
          new Archive()
              .file("first", 0644, "x")
              .entry("special", type, grounds.secret.toString())
              .bytes());
    }
    assertThat(grounds.workspace).isEmptyDirectory();
    assertThat(grounds.secret).hasContent("SECRET");
  }

  @Test
  void followsNoLinkThatIsInTheWorkspace() throws Exception {
    Files.createSymbolicLink(grounds.workspace.resolve("link"), grounds.outside);
    Files.createSymbolicLink(grounds.workspace.resolve("file"), grounds.secret);

    refused(Refusal.FILE_REFUSED, new Archive().file("link/secret", 0644, "evil").bytes());
    unpack(new Archive().file("file", 0644, "mine").bytes());

    assertThat(grounds.secret).hasContent("SECRET");
    assertThat(grounds.workspace.resolve("file")).isRegularFile().hasContent("mine");
  }

  @Test
  void refusesFilesBelowFiles() throws Exception {
    refused(
        Refusal.FILE_REFUSED, new Archive().file("a", 0644, "x").file("a/b", 0644, "x").bytes());
    refused(
        Refusal.FILE_REFUSED, new Archive().file("a/b", 0644, "x").file("a", 0644, "x").bytes());
    refused(
        Refusal.FILE_REFUSED,
        new Archive()
            .file("a/b", 0644, "x")
            .entry("a", TarConstants.LF_SYMLINK, "elsewhere")
            .bytes());
    assertThat(grounds.workspace).isEmptyDirectory();
  }

  @Test
  void stopsABombAtTheLimit() throws Exception {
    Buffer bomb = new Archive().zeros("zeros", BundleLimits.MOST_BYTES + (1 << 20)).bytes();
    assertThat(bomb.length()).isLessThan(2 << 20);

    refused(Refusal.TOO_LARGE, bomb);

    assertThat(grounds.workspace).isEmptyDirectory();
  }

  @Test
  void refusesTooManyEntries() throws Exception {
    Archive many = new Archive();
    for (int i = 0; i <= BundleLimits.MOST_ENTRIES; i++) {
      many.directory("d");
    }

    refused(Refusal.TOO_LARGE, many.bytes());
  }

  @Test
  void refusesHugeNamesWithoutKeepingThem() throws Exception {
    for (byte type :
        new byte[] {
          TarConstants.LF_GNUTYPE_LONGNAME,
          TarConstants.LF_GNUTYPE_LONGLINK,
          TarConstants.LF_PAX_EXTENDED_HEADER_LC
        }) {
      refused(
          Refusal.INVALID_REQUEST,
          new Archive().zeros("long", type, 10 << 20).file("a", 0644, "x").bytes());
    }
    assertThat(grounds.workspace).isEmptyDirectory();
  }

  @Test
  void refusesWhatIsNoArchive() throws Exception {
    assertThatThrownBy(() -> unpack(Buffer.buffer()))
        .isInstanceOf(Refused.class)
        .hasMessage("Empty bundle");
    refused(Refusal.INVALID_REQUEST, Buffer.buffer("hello"));
    refused(Refusal.INVALID_REQUEST, gzipped("no tar at all".repeat(100).getBytes(UTF_8)));
    refused(Refusal.INVALID_REQUEST, gzipped(new byte[] {1, 2, 3}));
    Buffer whole = new Archive().file("a", 0644, "x".repeat(100_000)).bytes();
    refused(Refusal.INVALID_REQUEST, whole.getBuffer(0, whole.length() - 20));
    assertThat(grounds.workspace).isEmptyDirectory();
  }

  @Test
  void survivesArchivesOfNoise() throws Exception {
    byte[] tar =
        new GZIPInputStream(
                new ByteArrayInputStream(
                    new Archive()
                        .gnu()
                        .file("n".repeat(150), 0644, "x")
                        .directory("d")
                        .file("größe", 0644, "y")
                        .bytes()
                        .getBytes()))
            .readAllBytes();
    Random random = new Random(42);
    for (int i = 0; i < 300; i++) {
      byte[] broken = tar.clone();
      for (int k = 0; k < 1 + i % 4; k++) {
        broken[random.nextInt(4096)] = (byte) random.nextInt();
      }
      mend(broken);
      try {
        unpack(gzipped(broken));
      } catch (Refused e) {
        assertThat(e.refusal())
            .isIn(Refusal.INVALID_REQUEST, Refusal.FILE_REFUSED, Refusal.TOO_LARGE);
      }
    }
    assertThat(grounds.secret).hasContent("SECRET");
    assertThat(grounds.outside).isDirectoryNotContaining(p -> !p.equals(grounds.secret));
  }

  /** Gives every header a checksum that fits again, so that its fields are looked at. */
  private static void mend(byte[] tar) {
    for (int at = 0; at + 512 <= tar.length; at += 512) {
      if (new String(tar, at + 257, 5, ISO_8859_1).equals("ustar")) {
        long sum = 0;
        for (int i = 0; i < 512; i++) {
          sum += i >= 148 && i < 156 ? ' ' : tar[at + i] & 0xff;
        }
        byte[] digits = String.format("%06o\0 ", sum).getBytes(ISO_8859_1);
        System.arraycopy(digits, 0, tar, at + 148, 8);
      }
    }
  }

  private static byte[] unzipped(Buffer bytes) throws IOException {
    return new GZIPInputStream(new ByteArrayInputStream(bytes.getBytes())).readAllBytes();
  }

  private static Buffer gzipped(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return Buffer.buffer(out.toByteArray());
  }

  private void refused(Refusal refusal, Buffer archive) {
    assertThatThrownBy(() -> unpack(archive))
        .isInstanceOfSatisfying(Refused.class, e -> assertThat(e.refusal()).isEqualTo(refusal));
    assertThat(grounds.premises.desk())
        .satisfiesAnyOf(d -> assertThat(d).doesNotExist(), d -> assertThat(d).isEmptyDirectory());
  }

  private void unpack(Buffer archive) throws Exception {
    send("b", archive, 100_000);
  }

  /** Sends a bundle in parts of this size. */
  private void send(String name, Buffer archive, int size) throws Exception {
    int at = 0;
    while (archive.length() - at > size) {
      part(name, at, archive.getBuffer(at, at + size), false);
      at += size;
    }
    part(name, at, archive.getBuffer(at, archive.length()), true);
  }

  private void part(String name, long offset, Buffer bytes, boolean last) throws Exception {
    Grounds.on(vertx, () -> workspace.writeBundle(name, offset, bytes, last));
  }

  private BundlePart next(String handle) throws Exception {
    return Grounds.on(vertx, () -> workspace.readBundle(handle));
  }

  private List<BundlePart> parts() throws Exception {
    List<BundlePart> parts = new ArrayList<>();
    BundlePart part = next("");
    parts.add(part);
    while (!part.last()) {
      part = next(part.handle());
      parts.add(part);
    }
    return parts;
  }

  private byte[] packed() throws Exception {
    return joined(parts());
  }

  private static byte[] joined(List<BundlePart> parts) {
    Buffer all = Buffer.buffer();
    parts.forEach(p -> all.appendBuffer(p.bytes()));
    return all.getBytes();
  }

  private void write(String path, byte[] content) throws IOException {
    Path file = grounds.workspace.resolve(path);
    Files.createDirectories(file.getParent());
    Files.write(file, content);
  }
}
