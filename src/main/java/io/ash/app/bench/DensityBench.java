package io.ash.app.bench;

import io.ash.app.client.ApiClient;
import io.ash.app.client.BuiltInAgent;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/**
 * Memory of many idle sandboxes of a tiny agent, on the machine this runs on: what the whole
 * machine lost, and what of it the agents themselves take.
 */
public final class DensityBench {
  private static final int AT_ONCE = 16;
  private static final int LOOKED_AT = 50;
  private static final Pattern AGENT = Pattern.compile("(.*/)?sh\0agent\\.sh\0");

  private final ApiClient api;
  private final long server;
  private final int count;
  private final String agent;
  private final List<String> sessions = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger failed = new AtomicInteger();

  /**
   * A look at a server of its own.
   *
   * @param server process id of the server
   * @param count sandboxes to have at a time
   */
  public DensityBench(ApiClient api, long server, int count, String agent) {
    this.api = api;
    this.server = server;
    this.count = count;
    this.agent = agent;
  }

  /** Creates the sessions, looks, ends them. */
  public Future<JsonObject> run() {
    return api.post("/api/agents", BuiltInAgent.deploy("instant", agent))
        .compose(v -> create()) // the first one brings what all of them share
        .compose(
            v -> {
              Look before = look();
              return all().map(done -> results(before, look()));
            })
        .eventually(this::endAll);
  }

  private Future<Void> create() {
    return api.post("/api/sessions", new JsonObject().put("agent", agent))
        .map(
            answer -> {
              sessions.add(answer.getJsonObject("session").getString("id"));
              return null;
            });
  }

  private Future<Void> all() {
    AtomicInteger next = new AtomicInteger();
    List<Future<Void>> lanes = new ArrayList<>();
    for (int i = 0; i < AT_ONCE; i++) {
      lanes.add(lane(next));
    }
    return Future.join(lanes).mapEmpty();
  }

  private Future<Void> lane(AtomicInteger next) {
    if (next.getAndIncrement() >= count) {
      return Future.succeededFuture();
    }
    return create()
        .onFailure(e -> failed.incrementAndGet())
        .otherwiseEmpty()
        .compose(v -> lane(next));
  }

  private Future<Void> endAll() {
    Future<Void> done = Future.succeededFuture();
    for (String id : List.copyOf(sessions)) {
      done = done.compose(v -> api.delete("/api/sessions/" + id).mapEmpty());
    }
    return done.transform(v -> api.delete("/api/agents/" + agent)).mapEmpty();
  }

  /** Kibibytes: what the machine has left, what the server takes, what one agent takes. */
  private record Look(long availableKb, long serverKb, double agentKb, int agents) {}

  private Look look() {
    List<Long> agents = new ArrayList<>();
    ProcessHandle.of(server).stream()
        .flatMap(ProcessHandle::descendants)
        .filter(p -> AGENT.matcher(text(Path.of("/proc/" + p.pid() + "/cmdline"))).matches())
        .forEach(p -> agents.add(p.pid()));
    double agentKb =
        agents.stream()
            .limit(LOOKED_AT)
            .mapToLong(pid -> kilobytes(Path.of("/proc/" + pid + "/smaps_rollup"), "Pss:"))
            .average()
            .orElse(0);
    return new Look(
        kilobytes(Path.of("/proc/meminfo"), "MemAvailable:"),
        kilobytes(Path.of("/proc/" + server + "/status"), "VmRSS:"),
        agentKb,
        agents.size());
  }

  private JsonObject results(Look before, Look after) {
    int made = sessions.size() - 1;
    double each = (before.availableKb() - after.availableKb()) / 1024.0 / Math.max(1, made);
    double agentMb = after.agentKb() / 1024.0;
    return new JsonObject()
        .put("sandboxes", made)
        .put("agentsSeen", after.agents())
        .put("eachMb", Latencies.round(each))
        .put("agentMb", Latencies.round(agentMb))
        .put("beyondAgentMb", Latencies.round(each - agentMb))
        .put(
            "serverMbEach",
            Latencies.round((after.serverKb() - before.serverKb()) / 1024.0 / Math.max(1, made)))
        .put("errors", failed.get());
  }

  private static long kilobytes(Path file, String name) {
    return text(file)
        .lines()
        .filter(line -> line.startsWith(name))
        .map(line -> line.replaceAll("[^0-9]", ""))
        .filter(digits -> !digits.isEmpty())
        .mapToLong(Long::parseLong)
        .findFirst()
        .orElse(0);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return ""; // it ended meanwhile
    }
  }
}
