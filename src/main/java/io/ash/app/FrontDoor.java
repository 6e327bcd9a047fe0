package io.ash.app;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** The public port: one listener on each of a few event loops. */
final class FrontDoor {
  private static final int LOOPS =
      Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors()));

  private final List<HttpServer> servers;
  private final int port;

  private FrontDoor(List<HttpServer> servers) {
    this.servers = servers;
    this.port = servers.get(0).actualPort();
  }

  /** Opens the port; fails with {@link CannotStart} where it is taken or may not be opened. */
  static Future<FrontDoor> open(
      Vertx vertx, HttpServerOptions options, Handler<HttpServerRequest> lobby) {
    List<HttpServer> servers = new CopyOnWriteArrayList<>();
    // with port 0 every listener would get a port of its own, unless they are deployed together
    return vertx
        .deployVerticle(
            () -> new Listener(new HttpServerOptions(options), lobby, servers),
            new DeploymentOptions().setInstances(options.getPort() == 0 ? 1 : LOOPS))
        .map(deployed -> new FrontDoor(servers))
        .recover(e -> Future.failedFuture(closed(options, e)));
  }

  /** The port that is open. */
  int port() {
    return port;
  }

  /** Stops accepting, gives requests under way two seconds, then closes their connections. */
  Future<Void> close() {
    return Future.join(servers.stream().map(s -> s.shutdown(2, TimeUnit.SECONDS)).toList())
        .mapEmpty();
  }

  private static CannotStart closed(HttpServerOptions options, Throwable e) {
    String place = options.getHost() + ":" + options.getPort();
    String why = String.valueOf(e.getMessage());
    String remedy =
        why.contains("in use")
            ? "another process has it. Stop that one, or set ASH_PORT to a free port"
            : why.contains("ermission")
                ? "this user may not open it. Set ASH_PORT to a port above 1023"
                : "set ASH_HOST and ASH_PORT to an address of this machine";
    return new CannotStart(
        ExitCode.PORT, "cannot listen on " + place + ": " + remedy + " (" + why + ")");
  }

  private static final class Listener extends VerticleBase {
    private final HttpServerOptions options;
    private final Handler<HttpServerRequest> lobby;
    private final List<HttpServer> servers;

    Listener(
        HttpServerOptions options, Handler<HttpServerRequest> lobby, List<HttpServer> servers) {
      this.options = options;
      this.lobby = lobby;
      this.servers = servers;
    }

    @Override
    public Future<?> start() {
      return vertx.createHttpServer(options).requestHandler(lobby).listen().onSuccess(servers::add);
    }
  }
}
