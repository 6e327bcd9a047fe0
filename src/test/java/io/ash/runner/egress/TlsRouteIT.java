package io.ash.runner.egress;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.testing.TestCertificate;
import io.netty.handler.ssl.SslContextBuilder;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A secret is told over TLS, and to nobody but the server it is for. */
class TlsRouteIT {
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
  private static final String NAME = "api.example.com";
  private static final String SECRET = "the-real-key";

  @TempDir static Path directory;
  private static TestCertificate right;
  private static TestCertificate otherName;
  private static TestCertificate stranger;
  private Gate gate;
  private Gate.Place place;

  @BeforeAll
  static void certificates() throws Exception {
    right = TestCertificate.make(directory, "right", NAME);
    otherName = TestCertificate.make(directory, "other", "api.example.org");
    stranger = TestCertificate.make(directory, "stranger", NAME);
  }

  @AfterEach
  void end() throws Exception {
    gate.close();
  }

  private static SSLServerSocket listen(TestCertificate as) throws Exception {
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(as.open(), TestCertificate.PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return (SSLServerSocket)
        context
            .getServerSocketFactory()
            .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  /** Asks a server that shows one certificate, where another is trusted. */
  private String ask(TestCertificate shown, TestCertificate trusted) throws Exception {
    SSLServerSocket socket = listen(shown);
    Route route =
        new Route(
            "secret-1",
            Destination.of(NAME + ":" + socket.getLocalPort(), 0),
            true,
            "",
            Map.of("authorization", "Bearer " + SECRET),
            false);
    gate =
        new Gate(
            "127.0.0.0/8",
            SslContextBuilder.forClient().trustManager(trusted.root().toFile()).build(),
            Optional.empty(),
            new Rules(List.of(), Set.of(), true),
            route);
    gate.name(NAME, "127.0.0.1");
    place = gate.place(OK, socket);
    return gate.send(
        "POST /secret-1/v1/things HTTP/1.1\r\nHost: 127.0.0.1:"
            + gate.port
            + "\r\nAuthorization: Bearer ash-placeholder\r\nContent-Length: 2\r\n"
            + "Connection: close\r\n\r\n{}");
  }

  @Test
  void reachesTheServerItIsFor() throws Exception {
    assertThat(ask(right, right)).startsWith("HTTP/1.1 200").endsWith("hello");
    Awaitility.await().until(() -> place.heard().endsWith("{}"));
    assertThat(place.heard())
        .startsWith("POST /v1/things HTTP/1.1\r\n")
        .containsIgnoringCase("host: " + NAME)
        .contains("authorization: Bearer " + SECRET)
        .doesNotContain("placeholder");
  }

  @Test
  void isNotToldToAServerOfAnotherName() throws Exception {
    assertThat(ask(otherName, otherName)).startsWith("HTTP/1.1 502").doesNotContain(SECRET);
    assertThat(place.heard()).isEmpty();
  }

  @Test
  void isNotToldToAServerThatNobodyVouchesFor() throws Exception {
    assertThat(ask(stranger, right)).startsWith("HTTP/1.1 502").doesNotContain(SECRET);
    assertThat(place.heard()).isEmpty();
  }
}
