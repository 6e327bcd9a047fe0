package io.ash.app;

import io.ash.app.bench.Bench;
import io.ash.app.bench.BurstBench;
import io.ash.app.bench.ClosedLoops;
import io.ash.app.bench.CreateBench;
import io.ash.app.bench.CreateWarmBench;
import io.ash.app.bench.DensityBench;
import io.ash.app.bench.ExecBench;
import io.ash.app.bench.Machine;
import io.ash.app.bench.MessageBench;
import io.ash.app.bench.Plan;
import io.ash.app.bench.ResumeBench;
import io.ash.app.bench.SnapshotBench;
import io.ash.app.client.ApiClient;
import io.ash.app.client.ChildServer;
import io.ash.config.Secret;
import io.ash.time.Ticker;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Measures a server: one that is named, or one of its own with a temporary data directory. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = {
      "Measure a server of this API over HTTP; without --url one that is started for it.",
      "  create      time to create a session",
      "  create-warm the same where a sandbox waits for it",
      "  resume      time to resume a session, with its sandbox and without",
      "  burst       time until a hundred sessions are created at once",
      "  exec        time of a command that does nothing",
      "  density     memory of a thousand idle sandboxes",
      "  message     time from a message to the first event and to done, one session",
      "  throughput  messages back to back on many sessions, five events each",
      "  startup     time from starting a server to its first ready answer",
      "  snapshot    time to save a large workspace of which three files changed"
    })
final class BenchCommand implements Callable<Integer> {
  private static final Duration LIMIT = Duration.ofMinutes(60);

  /** Those that start sandboxes are shown beside the least that a sandbox can cost. */
  private static final Set<What> BESIDE_A_FLOOR =
      EnumSet.of(What.CREATE, What.CREATE_WARM, What.RESUME, What.BURST, What.EXEC);

  /** Room for many sandboxes that use little, and counts that are fresh. */
  private static final Map<String, String> WIDE =
      Map.of("ASH_MAX_SANDBOXES", "5000", "ASH_MEMORY_OVERCOMMIT", "1000", "ASH_BEAT_MS", "100");

  /** What can be measured. */
  enum What {
    CREATE,
    CREATE_WARM,
    RESUME,
    BURST,
    EXEC,
    DENSITY,
    MESSAGE,
    THROUGHPUT,
    STARTUP,
    SNAPSHOT;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  @Parameters(paramLabel = "<name>", description = "${COMPLETION-CANDIDATES}")
  private @Nullable What what;

  @Option(names = "--url", description = "A server that runs already.")
  private @Nullable URI url;

  @Option(names = "--key", description = "Its API key; without it ASH_API_KEY.")
  private @Nullable String key;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Option(names = "--sessions", description = "Loops at the same time (throughput 32, else 1).")
  private int sessions;

  @Option(names = "--seconds", description = "Time that is counted (${DEFAULT-VALUE}).")
  private int seconds = 10;

  @Option(names = "--warmup", description = "Seconds before (${DEFAULT-VALUE}).")
  private int warmup = 5;

  @Option(
      names = "--events",
      description = "Messages of the agent in a turn (throughput 5, else 1).")
  private int events;

  @Option(names = "--deltas", description = "Pieces of text in a turn (${DEFAULT-VALUE}).")
  private int deltas;

  @Option(names = "--files", description = "Files of the workspace (snapshot; ${DEFAULT-VALUE}).")
  private int files = 10_000;

  @Option(names = "--mib", description = "Size of all of them (snapshot; ${DEFAULT-VALUE}).")
  private int mebibytes = 1024;

  @Option(names = "--count", description = "Sandboxes at a time (density; ${DEFAULT-VALUE}).")
  private int count = 1000;

  @Option(names = "--runs", description = "Starts to measure (startup; ${DEFAULT-VALUE}).")
  private int runs = 3;

  @Spec private @Nullable CommandSpec spec;

  BenchCommand() {}

  @Override
  public Integer call() {
    What chosen = java.util.Objects.requireNonNull(what);
    if ((chosen == What.STARTUP || chosen == What.DENSITY) && url != null) {
      throw new ParameterException(line(), chosen + " starts its own servers; leave --url out");
    }
    Start.refuseOtherSystems();
    Vertx vertx = Ground.lay().vertx();
    Ticker ticker = Ticker.system();
    Closing closing = new Closing(ticker);
    closing.add("event loops", vertx::close);
    JsonObject machine = Machine.facts();
    try (OwnServers own = new OwnServers(vertx, ticker)) {
      LaunchFloors floors = new LaunchFloors(ticker, own.directory().resolve("floors"));
      boolean beside = url == null && BESIDE_A_FLOOR.contains(chosen);
      if (beside) {
        floors.measure();
      }
      JsonObject results =
          switch (chosen) {
            case STARTUP -> new StartupBench(own).run(runs);
            case DENSITY -> density(vertx, closing, own);
            default -> drive(chosen, vertx, ticker, closing, own);
          };
      if (beside) {
        floors.measure();
        results.mergeIn(floors.json());
      }
      print(chosen, results.put("machine", machine));
      return results.getInteger("errors", 0) == 0 ? ExitCode.DONE.code() : ExitCode.FAILED.code();
    } finally {
      closing.close(Duration.ofSeconds(20));
    }
  }

  private JsonObject drive(
      What chosen, Vertx vertx, Ticker ticker, Closing closing, OwnServers own) {
    ApiClient api = client(vertx, own);
    closing.add("connections", api::close);
    boolean wide = chosen == What.THROUGHPUT;
    Plan plan =
        new Plan(
            sessions > 0 ? sessions : wide ? 32 : 1,
            Duration.ofSeconds(warmup),
            Duration.ofSeconds(seconds),
            events > 0 ? events : wide ? 5 : 1,
            deltas);
    String agent = "bench-" + ProcessHandle.current().pid();
    Bench bench =
        switch (chosen) {
          case CREATE -> new CreateBench(api, ticker, agent);
          case SNAPSHOT -> new SnapshotBench(api, ticker, agent, files, mebibytes);
          case CREATE_WARM -> new CreateWarmBench(api, ticker, agent);
          case RESUME -> new ResumeBench(api, ticker, plan, agent);
          case BURST -> new BurstBench(api, ticker, agent);
          case EXEC -> new ExecBench(api, ticker, agent);
          default -> new MessageBench(api, ticker, plan, agent);
        };
    JsonObject results =
        Await.result("the bench", new ClosedLoops(vertx, ticker, plan).run(bench), LIMIT);
    return results
        .put("sessions", plan.sessions())
        .put("seconds", seconds)
        .put("events", plan.events())
        .put("deltas", plan.deltas());
  }

  private JsonObject density(Vertx vertx, Closing closing, OwnServers own) {
    ChildServer server = own.start(WIDE).child();
    ApiClient api = new ApiClient(vertx, server.url(), Optional.of(server.key()));
    closing.add("connections", api::close);
    return Await.result(
        "the bench", new DensityBench(api, server.pid(), count, "density").run(), LIMIT);
  }

  private ApiClient client(Vertx vertx, OwnServers own) {
    if (url == null) {
      OwnServers.Running server = own.start(WIDE);
      return new ApiClient(vertx, server.child().url(), Optional.of(server.child().key()));
    }
    Optional<Secret> given =
        Optional.ofNullable(key == null ? System.getenv("ASH_API_KEY") : key).map(Secret::new);
    return new ApiClient(vertx, url, given);
  }

  private void print(What chosen, JsonObject results) {
    JsonObject all =
        new JsonObject()
            .put("bench", chosen.toString())
            .put("version", Version.text())
            .put("url", url == null ? "own server" : url.toString())
            .mergeIn(results);
    if (json) {
      line().getOut().println(all.encode());
      return;
    }
    all.forEach(
        entry -> line().getOut().printf("%-18s %s%n", entry.getKey(), text(entry.getValue())));
  }

  private static String text(@Nullable Object value) {
    if (value instanceof JsonObject object) {
      StringBuilder text = new StringBuilder();
      object.forEach(e -> text.append(e.getKey()).append(' ').append(e.getValue()).append("  "));
      return text.toString().strip();
    }
    return value instanceof JsonArray array && array.isEmpty() ? "-" : String.valueOf(value);
  }

  private picocli.CommandLine line() {
    return java.util.Objects.requireNonNull(spec).commandLine();
  }
}
