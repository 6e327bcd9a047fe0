package io.ash.coordinator.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.time.Ticker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The public door on a real port with the route groups of a test, and a client for it. */
final class DoorServer implements AutoCloseable {
  static final String KEY = "Bearer ash_test";
  final Vertx vertx;
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final PublicRoutes routes;
  private @Nullable HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private @Nullable HttpServer server;

  DoorServer(Vertx vertx, Set<String> origins) {
    this.vertx = vertx;
    this.routes =
        new PublicRoutes(
            vertx,
            new HttpConfig("127.0.0.1", 0, origins, 64),
            new Problems(),
            meters,
            Ticker.system());
  }

  DoorServer keyed(Router group) {
    routes.keyed(group);
    return this;
  }

  DoorServer open(Router group) {
    routes.open(group);
    return this;
  }

  /** Starts with an authentication that knows one key. */
  DoorServer start() throws Exception {
    return start(
        ctx -> {
          if (!KEY.equals(ctx.request().getHeader("Authorization"))) {
            throw new Refused(Refusal.UNAUTHORIZED, "Missing Authorization header");
          }
          ctx.next();
        });
  }

  DoorServer start(Handler<RoutingContext> authentication) throws Exception {
    server =
        vertx
            .createHttpServer(new HttpConfig("127.0.0.1", 0, Set.of(), 64).options())
            .invalidRequestHandler(Problems::refuseMalformed)
            .requestHandler(routes.router(authentication))
            .listen()
            .toCompletionStage()
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS);
    return this;
  }

  int port() {
    if (server == null) {
      throw new IllegalStateException("not started");
    }
    return server.actualPort();
  }

  /** Sends with the key; {@code headers} are name, value, name, value. */
  HttpResponse<String> send(String method, String path, @Nullable String body, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
            .timeout(Duration.ofSeconds(10))
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    List<String> given = List.of(headers);
    if (!given.contains("Authorization")) {
      request.header("Authorization", KEY);
    }
    if (body != null && !given.contains("Content-Type")) {
      request.header("Content-Type", "application/json");
    }
    for (int i = 0; i < headers.length; i += 2) {
      if (!headers[i + 1].isEmpty()) {
        request.header(headers[i], headers[i + 1]);
      }
    }
    return Objects.requireNonNull(client, "it is closed")
        .send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** Sends with the key and leaves the answer to itself: for streams that nobody reads. */
  void begin(String method, String path, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
            .header("Authorization", KEY)
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    Objects.requireNonNull(client, "it is closed")
        .sendAsync(request.build(), HttpResponse.BodyHandlers.discarding());
  }

  /** Writes bytes to a socket and reads the answer until it is closed or {@code enough} came. */
  String raw(String request, String enough) throws IOException {
    try (Socket socket = new Socket(java.net.InetAddress.getLoopbackAddress(), port())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(UTF_8));
      socket.getOutputStream().flush();
      StringBuilder answer = new StringBuilder();
      InputStream in = socket.getInputStream();
      byte[] buffer = new byte[8192];
      for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
        answer.append(new String(buffer, 0, n, UTF_8));
        if (answer.indexOf(enough) >= 0) {
          break;
        }
      }
      return answer.toString();
    }
  }

  static JsonNode json(HttpResponse<String> response) {
    return Json.parse(response.body().getBytes(UTF_8));
  }

  /** Also lets go of the client, which ends when it is collected. */
  @Override
  public void close() {
    client = null;
    if (server != null) {
      server
          .close()
          .toCompletionStage()
          .toCompletableFuture()
          .orTimeout(10, TimeUnit.SECONDS)
          .join();
    }
  }
}
