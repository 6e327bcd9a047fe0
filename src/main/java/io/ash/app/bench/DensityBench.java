package io.ash.app.bench;

import io.ash.app.client.ApiClient;
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
 * machine lost, and what of it the agents themselves take, the processes that keep each jail, and
 * the server. What is left is the kernel's, and whatever else changed on the machine meanwhile.
 */
public final class DensityBench {
  private static final int AT_ONCE = 16;
  private static final int LOOKED_AT = 50;

  /** Not what builds its jail, whose command line ends with this one. */
  private static final Pattern AGENT = Pattern.compile("([^\0]*/)?sh\0agent\\.sh\0");

  private final long server;
  private final int count;
  private final InstantAgent agent;
  private final List<String> sessions = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger failed = new AtomicInteger();

  /**
   * A look at a server of its own.
   *
   * @param server process id of the server
   * @param count sandboxes to have at a time
   */
  public DensityBench(ApiClient api, long server, int count, String agent) {
    this.server = server;
    this.count = count;
    this.agent = new InstantAgent(api, agent);
  }

  /** Creates the sessions, looks, ends them. */
  public Future<JsonObject> run() {
    return agent
        .deploy()
        .compose(v -> create()) // the first one brings what all of them share
        .compose(
            v -> {
              Look before = look();
              return all().map(done -> results(before, look()));
            })
        .eventually(this::endAll);
  }

  private Future<Void> create() {
    return agent.open().onSuccess(sessions::add).mapEmpty();
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
      done = done.compose(v -> agent.end(id));
    }
    return done.transform(v -> agent.remove());
  }

  /** Kibibytes: what the machine has left, what the server takes, one agent, those around it. */
  private record Look(long availableKb, long serverKb, double agentKb, double jailKb, int agents) {}

  private Look look() {
    List<ProcessHandle> agents =
        ProcessHandle.of(server).stream()
            .flatMap(ProcessHandle::descendants)
            .filter(p -> AGENT.matcher(text(Path.of("/proc/" + p.pid() + "/cmdline"))).matches())
            .toList();
    List<ProcessHandle> some = agents.stream().limit(LOOKED_AT).toList();
    return new Look(
        kilobytes(Path.of("/proc/meminfo"), "MemAvailable:"),
        kilobytes(Path.of("/proc/" + server + "/status"), "VmRSS:"),
        some.stream().mapToLong(DensityBench::share).average().orElse(0),
        some.stream().mapToLong(DensityBench::around).average().orElse(0),
        agents.size());
  }

  /** The two processes above an agent: the first in its jail, and the one that waits for it. */
  private static long around(ProcessHandle agent) {
    return agent.parent().map(DensityBench::share).orElse(0L)
        + agent.parent().flatMap(ProcessHandle::parent).map(DensityBench::share).orElse(0L);
  }

  /** Kibibytes of a process, with its part of what it shares. */
  private static long share(ProcessHandle process) {
    return kilobytes(Path.of("/proc/" + process.pid() + "/smaps_rollup"), "Pss:");
  }

  private JsonObject results(Look before, Look after) {
    int made = sessions.size() - 1;
    double eachMb = each(before.availableKb() - after.availableKb(), made);
    double agentMb = after.agentKb() / 1024;
    double jailMb = after.jailKb() / 1024;
    double serverMb = each(after.serverKb() - before.serverKb(), made);
    return new JsonObject()
        .put("sandboxes", made)
        .put("agentsSeen", after.agents())
        .put("eachMb", Latencies.round(eachMb))
        .put("agentMb", Latencies.round(agentMb))
        .put("beyondAgentMb", Latencies.round(eachMb - agentMb))
        .put("ofItBubblewrapMb", Latencies.round(jailMb))
        .put("ofItServerMb", Latencies.round(serverMb))
        .put("ofItKernelMb", Latencies.round(eachMb - agentMb - jailMb - serverMb))
        .put("errors", failed.get());
  }

  private static double each(long kilobytes, int made) {
    return kilobytes / 1024.0 / Math.max(1, made);
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
