package io.ash.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * A real server that speaks S3 and checks signatures, as a process of its own; its buckets are
 * directories. Ended when it is closed.
 */
public final class S3Server implements AutoCloseable {
  public static final String KEY_ID = "test-key";
  public static final String SECRET = "test-secret";
  private static final Path JAR = Path.of("target/test-servers/s3proxy.jar");

  private final Path directory;
  private final int port;
  private Process process;

  private S3Server(Path directory, int port, Process process) {
    this.directory = directory;
    this.port = port;
    this.process = process;
  }

  /** Starts it with one bucket, {@code files}, kept below {@code directory}. */
  public static S3Server start(Path directory) throws IOException {
    int port;
    try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = any.getLocalPort();
    }
    Files.createDirectories(directory.resolve("data/files"));
    Files.writeString(
        directory.resolve("s3proxy.conf"),
        """
        s3proxy.authorization=aws-v4
        s3proxy.endpoint=http://127.0.0.1:%d
        s3proxy.identity=%s
        s3proxy.credential=%s
        jclouds.provider=filesystem-nio2
        jclouds.filesystem.basedir=%s
        jclouds.identity=x
        jclouds.credential=x
        """
            .formatted(port, KEY_ID, SECRET, directory.resolve("data").toAbsolutePath()));
    S3Server server = new S3Server(directory, port, launch(directory));
    server.awaitAnswer();
    return server;
  }

  private static Process launch(Path directory) throws IOException {
    if (!Files.exists(JAR)) {
      throw new IOException(JAR + " is missing; Maven copies it in process-test-resources");
    }
    return new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-jar",
                JAR.toAbsolutePath().toString(),
                "--properties",
                directory.resolve("s3proxy.conf").toString()))
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("s3proxy.log").toFile())
        .start();
  }

  private void awaitAnswer() {
    Awaitility.await()
        .atMost(60, TimeUnit.SECONDS)
        .ignoreExceptions()
        .until(
            () -> {
              if (!process.isAlive()) {
                throw new AssertionError(log());
              }
              HttpURLConnection c =
                  (HttpURLConnection) URI.create(endpoint()).toURL().openConnection();
              c.setConnectTimeout(1_000);
              c.setReadTimeout(1_000);
              return c.getResponseCode() > 0;
            });
  }

  private String log() throws IOException {
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(
                Files.newInputStream(directory.resolve("s3proxy.log")), StandardCharsets.UTF_8))) {
      return String.join("\n", in.lines().toList());
    }
  }

  /** Where it listens. */
  public String endpoint() {
    return "http://127.0.0.1:" + port;
  }

  /** The file of an object, in the bucket {@code files}. */
  public Path file(String key) {
    return directory.resolve("data/files").resolve(key);
  }

  /** kill -9; the buckets stay. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Starts it again on its port, with its buckets. */
  public void again() throws IOException {
    process = launch(directory);
    awaitAnswer();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
