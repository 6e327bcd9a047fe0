package io.ash.coordinator.embedded;

import io.ash.process.Spawner;
import io.ash.time.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;

/** A PostgreSQL that speaks TLS on loopback, with a certificate of its own for localhost. */
public final class TlsServer implements AutoCloseable {
  private static final String PASSWORD = "changeit";

  private final PostgresServer server;
  private final Process process;
  private final Path certificate;
  private final int port;

  private TlsServer(PostgresServer server, Process process, Path certificate, int port) {
    this.server = server;
    this.process = process;
    this.certificate = certificate;
    this.port = port;
  }

  public static TlsServer start(Path directory, Path programs) throws Exception {
    int port = freePort();
    Path home = Files.createDirectories(directory.resolve("server"));
    PostgresServer server =
        PostgresServer.prepare(
            new Spawner(),
            Ticker.system(),
            home,
            Files.createDirectories(programs),
            ServerSettings.forgetful()
                .with("listen_addresses", "127.0.0.1")
                .with("port", Integer.toString(port))
                .with("ssl", "on"));
    Path certificate = directory.resolve("root.pem");
    Path key = server.clusterDirectory().resolve("server.key");
    makeCertificate(directory.resolve("server.p12"), certificate, key);
    Path copy = Files.copy(certificate, server.clusterDirectory().resolve("server.crt"));
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    Account owner =
        new Account(
            Directories.owner(server.clusterDirectory()),
            (Integer) Files.getAttribute(server.clusterDirectory(), "unix:gid"));
    Directories.own(key, owner);
    Directories.own(copy, owner);
    // From here on only TLS opens the port.
    Path rules = server.clusterDirectory().resolve("pg_hba.conf");
    Files.writeString(rules, "local all all trust\nhostssl all all 127.0.0.1/32 trust\n");
    return new TlsServer(server, server.start(), certificate, port);
  }

  /** A certificate that signed nothing here. */
  public static Path strangeRoot(Path directory) throws Exception {
    Path certificate = directory.resolve("strange.pem");
    makeCertificate(
        directory.resolve("strange.p12"), certificate, directory.resolve("strange.key"));
    return certificate;
  }

  public Path root() {
    return certificate;
  }

  public String url(String host, String query) {
    return "postgresql://ash@" + host + ":" + port + "/postgres?" + query;
  }

  @Override
  public void close() {
    server.stop(process);
  }

  private static void makeCertificate(Path store, Path certificate, Path key)
      throws IOException, GeneralSecurityException, InterruptedException {
    Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    Process made =
        new ProcessBuilder(
                keytool.toString(),
                "-genkeypair",
                "-alias",
                "pg",
                "-keyalg",
                "RSA",
                "-keysize",
                "2048",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost",
                "-ext",
                "bc=ca:true",
                "-validity",
                "30",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD)
            .redirectErrorStream(true)
            .start();
    String said =
        new String(made.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    if (made.waitFor() != 0) {
      throw new IOException("keytool: " + said);
    }
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    byte[] secret = keys.getKey("pg", PASSWORD.toCharArray()).getEncoded();
    Files.writeString(certificate, pem("CERTIFICATE", keys.getCertificate("pg").getEncoded()));
    Files.writeString(key, pem("PRIVATE KEY", secret));
  }

  private static String pem(String kind, byte[] bytes) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    return "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n";
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
