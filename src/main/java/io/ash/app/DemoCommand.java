package io.ash.app;

import io.ash.app.client.ApiClient;
import io.ash.time.Ticker;
import io.vertx.core.Vertx;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Shows a whole conversation on a server of its own, from deploy to end. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = {
      "Start a server with a temporary data directory, deploy the built-in agent 'echo',",
      "talk to it, pause and resume the conversation, and take everything away again."
    })
final class DemoCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  DemoCommand() {}

  @Override
  public Integer call() {
    Start.refuseOtherSystems();
    PrintWriter out = java.util.Objects.requireNonNull(spec).commandLine().getOut();
    Vertx vertx = Ground.lay().vertx();
    Closing closing = new Closing(Ticker.system());
    closing.add("event loops", vertx::close);
    try (OwnServers own = new OwnServers(vertx, Ticker.system())) {
      say(out, "Starting a server with an embedded PostgreSQL in " + own.directory());
      OwnServers.Running server = own.start();
      say(out, "Ready after %d ms at %s".formatted(server.took().toMillis(), server.child().url()));
      ApiClient api = new ApiClient(vertx, server.child().url(), Optional.of(server.child().key()));
      closing.add("connections", api::close);
      new Conversation(api, out).run();
      say(out, "Shutting the server down");
      return own.stop(server.child());
    } finally {
      closing.close(Duration.ofSeconds(20));
    }
  }

  private static void say(PrintWriter out, String text) {
    out.println("\n== " + text);
    out.flush();
  }
}
