package io.ash.runner.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ash.model.HostName;
import io.ash.model.NetworkRule;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs inside that want out where they may not. */
@Timeout(60)
class HostileTest {
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  private Gate gate;

  @AfterEach
  void end() throws Exception {
    if (gate != null) {
      gate.close();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "192.88.99.1",
        "198.18.0.1",
        "198.19.255.255",
        "192.0.2.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "::10.0.0.1",
        "64:ff9b::a00:1",
        "64:ff9b:1::1",
        "2002:a00:1::1",
        "2001::1",
        "2001:db8::1",
        "100::1",
        "3fff::1",
        "fec0::1"
      })
  void dialsNoAddressThatIsNotPublic(String address) throws Exception {
    InetAddress[] found = InetAddress.getAllByName(address);
    assertThat(Addresses.forbidden(found[0])).as(address).isPresent();
    gate = new Gate("", Gate.allow("rebind.example.com"));
    gate.name("rebind.example.com", "93.184.216.34", address);
    assertThat(gate.send(connect("rebind.example.com:443")))
        .startsWith("HTTP/1.1 403")
        .contains("\"reason\":\"address\"")
        .contains("ASH_NETWORK_PRIVATE_ALLOW");
    assertThat(gate.asked).containsExactly("rebind.example.com");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1.1.1.1", "93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:4700::1111"})
  void knowsPublicAddresses(String address) throws Exception {
    assertThat(Addresses.forbidden(InetAddress.getAllByName(address)[0])).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2130706433:443",
        "0x7f000001:443",
        "0177.0.0.1:443",
        "127.1:443",
        "127.0.1:443",
        "0x7f.0.0.1:443",
        "1.2.3.4.5:443",
        "256.1.1.1:443",
        "010.0.0.1:443",
        "[::1%25eth0]:443",
        "[fe80::1%eth0]:443",
        "[127.0.0.1]:443",
        "[::1:443",
        "::1:443",
        "a..example.com:443",
        ".example.com:443",
        "exa mple.com:443",
        "user@api.example.com:443",
        "api.example.com:0",
        "api.example.com:65536",
        "api.example.com:-1",
        "api.example.com:0443",
        "api.example.com",
        "api.example.com:",
        "api.example.com:443:443",
        "*:443",
        "*.example.com:443",
        "-:443",
        "a%2eexample.com:443",
        "1:443",
        "0:443",
        "api.example.com..:443"
      })
  void refusesOddWaysToNameAPlace(String place) throws Exception {
    gate = new Gate("0.0.0.0/0", Gate.allow("*"));
    assertThat(gate.send(connect(place))).matches("(?s)HTTP/1.1 40[03].*");
    assertThat(gate.asked).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "*.example.com, example.com:443",
    "*.example.com, evilexample.com:443",
    "*.example.com, example.com.evil.org:443",
    "*.example.com, a.example.com.evil.org:443",
    "example.com, a.example.com:443",
    "example.com, example.com.evil.org:443",
    "example.com, xample.com:443",
    "example.com, example.com:25",
    "example.com, example.com:80",
    "example.com:8443, example.com:443",
    "*.example.com, 93.184.216.34:443",
    "*, 93.184.216.34:443",
    "93.184.216.34, 93.184.216.35:443",
    "xn--bcher-kva.example, bcher-kva.example:443"
  })
  void opensNoTunnelToWhatIsNotListed(String rule, String place) throws Exception {
    gate = new Gate("0.0.0.0/0", Gate.allow(rule));
    assertThat(gate.send(connect(place)))
        .startsWith("HTTP/1.1 403")
        .containsPattern("\"reason\":\"(not_listed|port)\"");
    assertThat(gate.asked).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "API.Example.COM, api.example.com",
    "api.example.com, API.EXAMPLE.COM",
    "api.example.com, api.example.com.",
    "*.example.com, a.b.example.com",
    "*, anything.example",
    "BÜCHER.example, xn--bcher-kva.example"
  })
  void knowsANameInEachOfItsForms(String rule, String name) {
    assertThat(NetworkRule.of(rule).covers(HostName.of(name))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd",
        "GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nContent-Length: 4, 4\r\n\r\nabcd",
        "GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nContent-Length: +4\r\n\r\nabcd",
        "GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        "GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nX: a\r\n b\r\n\r\n",
        "GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nX: a\r\n\tb\r\n\r\n",
        "GET http://a.example/ HTTP/1.1\r\nHost: a.example\nX: a\r\n\r\n",
        "GET http://a.example/ HTTP/1.1\nHost: a.example\n\n",
        "GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nX: a\rb\r\n\r\n",
        "GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nX: a\0b\r\n\r\n",
        "GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nHost: b.example\r\n\r\n",
        "GET http://a.example/ HTTP/1.1\r\n\r\n",
        "GET http://a.example/ HTTP/1.0\r\nHost: a.example\r\n\r\n",
        "GET http://a.example/ HTTP/2.0\r\nHost: a.example\r\n\r\n",
        "GET  http://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
        "GET http://a.example/ x HTTP/1.1\r\nHost: a.example\r\n\r\n",
        "G\tET http://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
        "GET http://u:p@a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
        "GET http://a.example/#f HTTP/1.1\r\nHost: a.example\r\n\r\n",
        "GET https://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
        "GET ftp://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
        "GET /x HTTP/1.1\r\nHost: a.example\r\n\r\n",
        "GET a.example HTTP/1.1\r\nHost: a.example\r\n\r\n",
        "GET http://a.example/ HTTP/1.1\r\nHost: b.example\r\n\r\n",
        "GET http://a.example/ HTTP/1.1\r\nHost: a.example:81\r\n\r\n",
        "GET http://a.example\\@b.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
        "\r\nGET http://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
        "CONNECT a.example:443 HTTP/1.1\r\nHost: b.example:443\r\n\r\n",
        "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\nContent-Length: 1\r\n\r\nx",
        "CONNECT http://a.example:443/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
        "POST http://a.example/ HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n\r\n"
      })
  void understandsNothingThatCanBeUnderstoodInTwoWays(String request) throws Exception {
    Gate.Place place = new Gate.Place(OK);
    gate = new Gate("0.0.0.0/0", Gate.allow("a.example", "b.example"));
    gate.name("a.example", "127.0.0.1");
    assertThat(gate.send(request)).matches("(?s)HTTP/1.1 (400|403|502).*");
    assertThat(place.heard()).isEmpty();
    place.server.close();
  }

  @Test
  void neverLetsASecondRequestHideInABody() throws Exception {
    Gate.Place place = new Gate.Place(OK);
    String at = "127.0.0.1:" + place.port();
    gate = new Gate("127.0.0.0/8", Gate.allow(at));
    gate.send(
        "POST http://"
            + at
            + "/ HTTP/1.1\r\nHost: "
            + at
            + "\r\nContent-Length: 5\r\nConnection: close\r\n\r\n12345GET http://"
            + at
            + "/hidden HTTP/1.1\r\nHost: "
            + at
            + "\r\n\r\n");
    await().until(() -> place.heard().contains("12345")); // it answers as soon as it has the head
    assertThat(place.heard()).endsWith("12345").doesNotContain("hidden");
    place.server.close();
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /v1/x, 200",
    "GET, /v1, 200",
    "GET, /v1?x=/../, 200",
    "POST, /v1/x, 403",
    "GET, /v10, 403",
    "GET, /v2, 403",
    "GET, /v1/../v2, 403",
    "GET, /v1/%2e%2e/v2, 403",
    "GET, /v1//x, 403",
    "GET, /v1/..%2fv2, 403",
    "GET, /v1/%252e%252e/v2, 403",
    "GET, /v1\\..\\v2, 403",
    "GET, /v1/..;/v2, 403",
    "get, /v1/x, 403"
  })
  void holdsMethodsAndPathsOfPlainRequests(String method, String path, int status)
      throws Exception {
    Gate.Place place = new Gate.Place(OK);
    String at = "127.0.0.1:" + place.port();
    NetworkRule rule = NetworkRule.of(at, List.of("GET"), List.of("/v1"));
    gate = new Gate("127.0.0.0/8", new Rules(List.of(rule), Set.of(), true));
    assertThat(
            gate.send(
                method
                    + " http://"
                    + at
                    + path
                    + " HTTP/1.1\r\nHost: "
                    + at
                    + "\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 " + status);
    assertThat(gate.send(connect(at))).contains("\"reason\":\"tunnel\"");
    place.server.close();
  }

  @Test
  void readsTheServerNameInAnyNumberOfPieces() throws Exception {
    Gate.Place place = new Gate.Place("echo");
    gate = new Gate("127.0.0.0/8", Gate.allow("api.example.com:" + place.port()));
    gate.name("api.example.com", "127.0.0.1");
    byte[] hello = hello("api.example.com");
    for (byte[] form : new byte[][] {hello, split(hello)}) {
      try (Socket socket = gate.connect()) {
        write(
            socket, connect("api.example.com:" + place.port()).getBytes(StandardCharsets.US_ASCII));
        assertThat(Gate.head(socket)).startsWith("HTTP/1.1 200");
        for (byte one : form) {
          write(socket, new byte[] {one});
        }
        assertThat(socket.getInputStream().readNBytes(form.length)).isEqualTo(form);
      }
    }
    assertThat(gate.notices).isEmpty();
    place.server.close();
  }

  @Test
  void letsNothingThroughThatNamesAnotherServer() throws Exception {
    Gate.Place place = new Gate.Place("echo");
    gate = new Gate("127.0.0.0/8", Gate.allow("*.example.com:" + place.port()));
    gate.name("api.example.com", "127.0.0.1");
    for (byte[] first :
        new byte[][] {hello("other.example.com"), hello(null), split(hello("evil.org"))}) {
      try (Socket socket = gate.connect()) {
        write(
            socket, connect("api.example.com:" + place.port()).getBytes(StandardCharsets.US_ASCII));
        assertThat(Gate.head(socket)).startsWith("HTTP/1.1 200");
        write(socket, first);
        assertThat(Gate.rest(socket)).isEmpty();
      } catch (java.net.SocketException e) {
        assertThat(e).hasMessageContaining("reset");
      }
    }
    assertThat(place.heard()).isEmpty();
    await().until(() -> !gate.notices.isEmpty());
    assertThat(gate.notices.get(0).details()).containsEntry("reason", "server_name");
    place.server.close();
  }

  @Test
  void carriesBytesBothWaysToTheEndOfEach() throws Exception {
    Gate.Place place = new Gate.Place("echo");
    String at = "127.0.0.1:" + place.port();
    gate = new Gate("127.0.0.0/8", Gate.allow(at));
    byte[] much = new byte[3 << 20];
    Arrays.fill(much, (byte) 'x');
    try (Socket socket = gate.connect()) {
      write(socket, connect(at).getBytes(StandardCharsets.US_ASCII));
      assertThat(Gate.head(socket)).startsWith("HTTP/1.1 200");
      Thread writer =
          new Thread(
              () -> {
                try {
                  write(socket, much);
                  socket.shutdownOutput();
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      writer.start();
      assertThat(socket.getInputStream().readAllBytes()).hasSize(much.length);
      writer.join();
    }
    place.server.close();
  }

  @Test
  void cutsWhatIsNoLongerAllowedWithinASecond() throws Exception {
    Gate.Place place = new Gate.Place("echo");
    String at = "127.0.0.1:" + place.port();
    gate = new Gate("127.0.0.0/8", Gate.allow(at));
    try (Socket socket = gate.connect()) {
      write(socket, connect(at).getBytes(StandardCharsets.US_ASCII));
      assertThat(Gate.head(socket)).startsWith("HTTP/1.1 200");
      write(socket, new byte[] {1});
      assertThat(socket.getInputStream().read()).isEqualTo(1);
      gate.outlet.change(Gate.terms(Gate.allow("elsewhere.example"))).await();
      socket.setSoTimeout(1000);
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
    assertThat(gate.send(connect(at))).startsWith("HTTP/1.1 403");
    place.server.close();
  }

  @Test
  void boundsConnectionsOfOneSandbox() throws Exception {
    gate = new Gate("", Rules.NOTHING);
    List<Socket> open = new java.util.ArrayList<>();
    for (int i = 0; i < Outlet.MOST_CONNECTIONS; i++) {
      open.add(gate.connect());
    }
    assertThat(gate.send("")).startsWith("HTTP/1.1 503").contains("too_many");
    for (Socket socket : open) {
      socket.close();
    }
    await().atMost(Duration.ofSeconds(5)).until(() -> gate.send("GET / x\r\n\r\n").contains("400"));
  }

  @Test
  void countsRefusalsAndNeverWhere() throws Exception {
    gate = new Gate("", Gate.allow("a.example"));
    gate.send(connect("secret-place.example:443"));
    String page = gate.metrics.registry().getMeters().toString();
    assertThat(
            gate.metrics.registry().counter("ash.egress.refusals", "reason", "not_listed").count())
        .isEqualTo(1);
    assertThat(page).doesNotContain("secret-place");
  }

  private static String connect(String place) {
    return "CONNECT " + place + " HTTP/1.1\r\nHost: " + place + "\r\n\r\n";
  }

  private static void write(Socket socket, byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  /** What a real TLS client says first. */
  private static byte[] hello(String name) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, null, null);
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(true);
    if (name != null) {
      SSLParameters parameters = engine.getSSLParameters();
      parameters.setServerNames(List.of(new SNIHostName(name)));
      engine.setSSLParameters(parameters);
    }
    java.nio.ByteBuffer out = java.nio.ByteBuffer.allocate(20_000);
    engine.wrap(java.nio.ByteBuffer.allocate(0), out);
    out.flip();
    byte[] bytes = new byte[out.remaining()];
    out.get(bytes);
    return bytes;
  }

  /** The same hello in records of one to forty bytes. */
  private static byte[] split(byte[] hello) {
    java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
    int at = 5;
    int size = 1;
    while (at < hello.length) {
      int n = Math.min(size, hello.length - at);
      out.write(hello, 0, 3);
      out.write(n >> 8);
      out.write(n);
      out.write(hello, at, n);
      at += n;
      size = Math.min(40, size + 3);
    }
    return out.toByteArray();
  }
}
