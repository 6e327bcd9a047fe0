package io.ash.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.ash.testing.AshServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Bundles far larger than the heap of the server, and such that break off. */
@Timeout(300)
class BundleStreamIT {
  private static final int FILES = 75;
  private static final int FILE = 4_000_000;
  private static final String HEAP = "96m";

  @TempDir static Path directory;
  private static AshServer server;
  private String session;

  @BeforeAll
  static void start() throws Exception {
    Path store = Files.createDirectory(directory.resolve("store"));
    server =
        AshServer.start(
            directory.resolve("data"), Map.of("ASH_SNAPSHOT_URL", "file://" + store), HEAP);
    server.post("/api/agents", "{\"name\":\"instant\",\"builtin\":\"instant\"}");
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
    assertThat(Files.readString(server.log())).doesNotContain("OutOfMemoryError");
  }

  @BeforeEach
  void open() throws Exception {
    session = server.post("/api/sessions", "{\"agent\":\"instant\"}").at("/session/id").asText();
  }

  @Test
  void carriesBundlesThatAreLargerThanTheHeap() throws Exception {
    String sums = sums();

    assertThat(uploadAll().at("/message").asText()).isEqualTo("Workspace restored to live sandbox");
    assertThat(exec("cat big/* | sha256sum")).startsWith(sums);
    assertThat(downloaded()).isEqualTo(sums);
    server.call("POST", path("stop"), null).ok();
    assertThat(downloaded()).isEqualTo(sums);

    open();
    server.call("POST", path("stop"), null).ok();
    assertThat(uploadAll().at("/message").asText()).isEqualTo("Workspace saved as snapshot");
    assertThat(downloaded()).isEqualTo(sums);
    server.call("POST", path("resume"), null).ok();
    assertThat(exec("cat big/* | sha256sum")).startsWith(sums);
  }

  @Test
  void leavesNothingOfABundleWhoseClientGoesAway() throws Exception {
    exec("echo kept > kept");
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), server.uri("/").getPort())) {
      OutputStream out = client.getOutputStream();
      out.write(
          ("POST "
                  + path("workspace")
                  + " HTTP/1.1\r\nHost: ash\r\nAuthorization: "
                  + server.request("/").build().headers().firstValue("Authorization").orElseThrow()
                  + "\r\nContent-Type: application/gzip\r\nContent-Length: 100000000\r\n\r\n")
              .getBytes(StandardCharsets.UTF_8));
      pack(out, 3);
      out.flush();
      Awaitility.await().until(() -> onDesks() > 0);
    }

    Awaitility.await().until(() -> onDesks() == 0);
    assertThat(exec("ls -A")).doesNotContain("big").contains("kept");
  }

  @Test
  void leavesNothingOfABundleWhoseSandboxGoesAway() throws Exception {
    PipedInputStream in = new PipedInputStream(1 << 20);
    PipedOutputStream out = new PipedOutputStream(in);
    CompletableFuture<AshServer.Reply> reply =
        CompletableFuture.supplyAsync(() -> upload("application/gzip", in));
    pack(out, 3);
    Awaitility.await().until(() -> onDesks() > 0);
    server.call("POST", path("stop"), null).ok();
    pack(out, 3);
    out.close();

    assertThat(reply.get().status()).isEqualTo(503);
    assertThat(reply.get().body()).contains("send the bundle again");
    assertThat(onDesks()).isZero();
    assertThat(server.get(path("files")).toString()).doesNotContain("big");
  }

  @Test
  void refusesABombAndWhatIsNoArchiveWithoutHarm() throws Exception {
    refusesWhatIsNoBundle("live");
    server.call("POST", path("stop"), null).ok();
    refusesWhatIsNoBundle("stopped");
    assertThat(onDesks()).isZero();
  }

  private void refusesWhatIsNoBundle(String at) throws IOException {
    AshServer.Reply bomb = upload("application/gzip", new ByteArrayInputStream(zeros(200)));
    assertThat(bomb.status()).as(at + bomb.body()).isEqualTo(413);
    assertThat(bomb.body()).contains("too_large", "times its packed size");
    AshServer.Reply text =
        upload(
            "application/x-tar",
            new ByteArrayInputStream("hello".getBytes(StandardCharsets.UTF_8)));
    assertThat(text.status()).as(at).isEqualTo(400);
    assertThat(text.body()).contains("invalid_request", "not a gzipped tar");
    AshServer.Reply nothing = upload("application/octet-stream", InputStream.nullInputStream());
    assertThat(nothing.body()).as(at).contains("Empty bundle");
    AshServer.Reply html = upload("text/html", new ByteArrayInputStream(zeros(1)));
    assertThat(html.status()).as(at).isEqualTo(415);
  }

  @Test
  void saysThatADiskOfASessionIsFullAndGoesOnWhenItIsNot() throws Exception {
    session =
        server
            .post("/api/sessions", "{\"agent\":\"instant\",\"limits\":{\"diskMb\":16}}")
            .at("/session/id")
            .asText();
    ByteArrayOutputStream large = new ByteArrayOutputStream();
    pack(large, 6);
    AshServer.Reply full =
        upload("application/gzip", new ByteArrayInputStream(large.toByteArray()));
    assertThat(full.status()).as(full.body()).isEqualTo(507);
    assertThat(full.body()).contains("storage_full", "limits.diskMb");
    assertThat(exec("ls -A")).doesNotContain("big");

    ByteArrayOutputStream small = new ByteArrayOutputStream();
    pack(small, 2);
    upload("application/gzip", new ByteArrayInputStream(small.toByteArray())).ok();
    assertThat(exec("ls big")).contains("f001");
  }

  @Test
  void tellsWhichLimitEndedACommand() throws Exception {
    session =
        server
            .post("/api/sessions", "{\"agent\":\"instant\",\"limits\":{\"diskMb\":16}}")
            .at("/session/id")
            .asText();
    JsonNode well = server.post(path("exec"), "{\"command\":\"exit 3\"}");
    assertThat(well.at("/cause").asText()).isEqualTo("exited");
    assertThat(well.has("message")).isFalse();
    JsonNode slow = server.post(path("exec"), "{\"command\":\"sleep 60\",\"timeout\":200}");
    assertThat(slow.at("/cause").asText()).isEqualTo("timeout");
    JsonNode large = server.post(path("exec"), "{\"command\":\"exec truncate -s 100M large\"}");
    assertThat(large.at("/cause").asText()).as("%s", large).isEqualTo("file_size");
    assertThat(large.at("/message").asText()).contains("16 MiB", "limits.diskMb");
  }

  private JsonNode uploadAll() throws Exception {
    PipedInputStream in = new PipedInputStream(1 << 20);
    PipedOutputStream out = new PipedOutputStream(in);
    CompletableFuture<Void> packed =
        CompletableFuture.runAsync(
            () -> {
              try (out) {
                pack(out, FILES);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    JsonNode answer = upload("application/gzip", in).ok();
    packed.get();
    return answer;
  }

  private AshServer.Reply upload(String type, InputStream in) {
    try {
      return server.send("POST", path("workspace"), type, BodyPublishers.ofInputStream(() -> in));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Writes a bundle of so many files; the first ones are the same in each. */
  private static void pack(OutputStream out, int files) throws IOException {
    GZIPOutputStream gzip = new GZIPOutputStream(out, 1 << 16);
    TarArchiveOutputStream tar = new TarArchiveOutputStream(gzip, "UTF-8");
    for (int i = 0; i < files; i++) {
      TarArchiveEntry entry = new TarArchiveEntry("big/f%03d".formatted(i));
      entry.setSize(FILE);
      tar.putArchiveEntry(entry);
      tar.write(noise(i));
      tar.closeArchiveEntry();
    }
    tar.finish();
    tar.flush();
    gzip.finish();
  }

  private static byte[] noise(int seed) {
    byte[] noise = new byte[FILE];
    new Random(seed).nextBytes(noise);
    return noise;
  }

  private static String sums() throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    for (int i = 0; i < FILES; i++) {
      digest.update(noise(i));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** The sum of the large files in the workspace, as it is downloaded. */
  private String downloaded() throws Exception {
    Map<String, byte[]> sums = new TreeMap<>();
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(new GZIPInputStream(server.open(path("workspace"))))) {
      for (TarArchiveEntry e = tar.getNextEntry(); e != null; e = tar.getNextEntry()) {
        if (e.getName().startsWith("./big/f")) {
          digest.update(tar.readAllBytes());
          sums.put(e.getName(), new byte[0]);
        }
      }
    }
    assertThat(sums).hasSize(FILES);
    return HexFormat.of().formatHex(digest.digest());
  }

  private static byte[] zeros(int mebibytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar =
        new TarArchiveOutputStream(new GZIPOutputStream(out), "UTF-8")) {
      TarArchiveEntry entry = new TarArchiveEntry("zeros");
      entry.setSize((long) mebibytes << 20);
      tar.putArchiveEntry(entry);
      byte[] block = new byte[1 << 20];
      for (int i = 0; i < mebibytes; i++) {
        tar.write(block);
      }
      tar.closeArchiveEntry();
    }
    return out.toByteArray();
  }

  /** Files that wait beside the workspaces of all sandboxes. */
  private static long onDesks() throws IOException {
    try (Stream<Path> all = Files.walk(directory.resolve("data/sandboxes/live"))) {
      return all.filter(p -> p.getParent().endsWith("desk")).count();
    } catch (UncheckedIOException e) {
      return 1; // something is being removed in this moment: look again
    }
  }

  private String exec(String command) throws Exception {
    JsonNode done =
        server.post(
            path("exec"), JsonNodeFactory.instance.objectNode().put("command", command).toString());
    assertThat(done.at("/exitCode").asInt(-1)).as("%s", done).isZero();
    return done.at("/stdout").asText();
  }

  private String path(String rest) {
    return "/api/sessions/" + session + "/" + rest;
  }
}
