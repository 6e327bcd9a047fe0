package io.ash.coordinator.embedded;

import io.ash.process.Spawner;
import io.ash.testing.TestCertificate;
import io.ash.time.Ticker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** A PostgreSQL that speaks TLS on loopback, with a certificate of its own for localhost. */
public final class TlsServer implements AutoCloseable {
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
    TestCertificate made = TestCertificate.make(directory, "root", "localhost");
    Path certificate = made.root();
    Path key = Files.move(made.key(), server.clusterDirectory().resolve("server.key"));
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
    return TestCertificate.make(directory, "strange", "localhost").root();
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

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
