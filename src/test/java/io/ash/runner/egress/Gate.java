package io.ash.runner.egress;

import io.ash.model.NetworkRule;
import io.ash.model.Notice;
import io.ash.telemetry.Metrics;
import io.ash.time.Ticker;
import io.ash.time.Timers;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.vertx.core.Vertx;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A real outlet on loopback with names of its own, and places outside that note what comes. */
final class Gate {
  private final Vertx vertx = Vertx.vertx();
  final Map<String, List<InetAddress>> names = new ConcurrentHashMap<>();
  final List<String> asked = new CopyOnWriteArrayList<>();
  final List<Notice> notices = new CopyOnWriteArrayList<>();
  final Metrics metrics = new Metrics();
  private final List<Place> places = new ArrayList<>();
  private final Egress egress;
  final Outlet outlet;
  final int port;

  Gate(String privatePlaces, Rules rules, Route... routes) throws Exception {
    this(privatePlaces, anyServer(), Optional.empty(), rules, routes);
  }

  /** One that trusts only some servers, and whose time a test may hold. */
  Gate(String privatePlaces, SslContext ssl, Optional<Timers> timers, Rules rules, Route... routes)
      throws Exception {
    egress =
        Egress.create(
            new SystemNames(),
            this::find,
            PrivatePlaces.of(privatePlaces),
            ssl,
            timers.orElseGet(() -> Timers.of(vertx)),
            Ticker.system(),
            metrics);
    LinuxSocket socket = LinuxSocket.newSocketStream();
    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    socket.listen(64);
    port = socket.localAddress().getPort();
    outlet = egress.open(socket.intValue(), port, terms(rules, routes), notices::add).await();
  }

  static Terms terms(Rules rules, Route... routes) {
    Map<String, Route> all = new ConcurrentHashMap<>();
    Arrays.stream(routes).forEach(r -> all.put(r.name(), r));
    return new Terms(rules, all);
  }

  static Rules allow(String... lines) {
    return new Rules(Arrays.stream(lines).map(NetworkRule::of).toList(), Set.of(), true);
  }

  static SslContext anyServer() throws IOException {
    return SslContextBuilder.forClient().trustManager(InsecureTrustManagerFactory.INSTANCE).build();
  }

  private CompletableFuture<List<InetAddress>> find(String name) {
    asked.add(name);
    List<InetAddress> found = names.get(name);
    return found == null
        ? CompletableFuture.failedFuture(new IOException("no such name"))
        : CompletableFuture.completedFuture(found);
  }

  void name(String name, String... addresses) throws IOException {
    List<InetAddress> all = new ArrayList<>();
    for (String address : addresses) {
      all.addAll(List.of(InetAddress.getAllByName(address)));
    }
    names.put(name, all);
  }

  /** A place outside that notes what it is sent and answers each connection with {@code answer}. */
  Place place(String answer) throws IOException {
    return place(answer, new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
  }

  /** The same behind another socket. */
  Place place(String answer, ServerSocket server) {
    Place place = new Place(answer, server);
    places.add(place);
    return place;
  }

  /** Sends bytes and reads to the end. */
  String send(String request) throws IOException {
    try (Socket socket = connect()) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
      return rest(socket);
    }
  }

  Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(10_000);
    return socket;
  }

  static String rest(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
  }

  /** Reads up to an empty line. */
  static String head(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        break;
      }
      head.write(next);
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  void close() throws Exception {
    for (Place place : places) {
      place.server.close();
    }
    outlet.close().await(10, TimeUnit.SECONDS);
    egress.close().await(10, TimeUnit.SECONDS);
    vertx.close().await(10, TimeUnit.SECONDS);
  }

  /** A server of raw bytes. */
  static final class Place {
    final ServerSocket server;
    final ByteArrayOutputStream heard = new ByteArrayOutputStream();
    final List<Socket> connections = new CopyOnWriteArrayList<>();

    Place(String answer) throws IOException {
      this(answer, new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
    }

    private Place(String answer, ServerSocket server) {
      this.server = server;
      Thread thread = new Thread(() -> serve(answer), "place");
      thread.setDaemon(true);
      thread.start();
    }

    int port() {
      return server.getLocalPort();
    }

    private void serve(String answer) {
      while (!server.isClosed()) {
        try {
          Socket socket = server.accept();
          connections.add(socket);
          Thread thread = new Thread(() -> talk(socket, answer), "place-talk");
          thread.setDaemon(true);
          thread.start();
        } catch (IOException e) {
          return;
        }
      }
    }

    private void talk(Socket socket, String answer) {
      try (socket) {
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[65_536];
        boolean answered = false;
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          synchronized (heard) {
            heard.write(buffer, 0, n);
          }
          if (!answered || answer.equals("echo")) {
            answered = true;
            socket
                .getOutputStream()
                .write(
                    answer.equals("echo")
                        ? Arrays.copyOf(buffer, n)
                        : answer.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
          }
        }
      } catch (IOException e) {
        // the other side is gone
      }
    }

    String heard() {
      synchronized (heard) {
        return heard.toString(StandardCharsets.ISO_8859_1);
      }
    }
  }
}
