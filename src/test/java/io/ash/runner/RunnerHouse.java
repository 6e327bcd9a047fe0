package io.ash.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ash.blob.BlobKeys;
import io.ash.blob.Chunk;
import io.ash.blob.Chunks;
import io.ash.blob.Manifest;
import io.ash.blob.ManifestCodec;
import io.ash.blob.ManifestEntry;
import io.ash.link.BusLink;
import io.ash.model.Binding;
import io.ash.model.Event;
import io.ash.model.Limits;
import io.ash.model.NetworkMode;
import io.ash.model.NetworkPolicy;
import io.ash.model.PoolStats;
import io.ash.model.RuntimeKind;
import io.ash.model.SessionId;
import io.ash.process.Spawner;
import io.ash.runner.egress.PrivatePlaces;
import io.ash.runner.sandbox.Isolation;
import io.ash.runner.sandbox.Sandboxes;
import io.ash.telemetry.Metrics;
import io.ash.testing.Census;
import io.ash.testing.FakeCoordinator;
import io.ash.time.Ticker;
import io.ash.time.Timers;
import io.ash.wire.AgentFiles;
import io.ash.wire.AttachSnapshot;
import io.ash.wire.CloseSandbox;
import io.ash.wire.Heartbeat;
import io.ash.wire.OpenSandbox;
import io.ash.wire.ReadFile;
import io.ash.wire.RunnerApi;
import io.ash.wire.RuntimeSpec;
import io.ash.wire.SandboxOpened;
import io.ash.wire.SnapshotRef;
import io.ash.wire.StartTurn;
import io.ash.wire.WarmSpec;
import io.ash.wire.WarmWish;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A whole runner wing in a temporary directory, joined by the bus to a fake coordinator. */
final class RunnerHouse implements AutoCloseable {
  static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String BLOB_KEY = "5a".repeat(32);
  private static final Spawner SPAWNER = new Spawner();

  final FakeCoordinator coordinator;
  final Path data;
  private final Vertx vertx = Vertx.vertx();
  private final BusLink link = new BusLink(vertx);
  private final String id;
  private @Nullable String deployment;

  RunnerHouse(String id, FakeCoordinator coordinator) throws IOException {
    this(id, coordinator, new PoolConfig(100, Duration.ZERO, Duration.ofMinutes(30), 0, 1000, 0));
  }

  RunnerHouse(String id, FakeCoordinator coordinator, PoolConfig pool) throws IOException {
    this.id = id;
    this.coordinator = coordinator;
    this.data = Census.directory("runner");
    link.serveCoordinator(coordinator);
    RunnerConfig config =
        new RunnerConfig(
            id,
            pool,
            Isolation.AUTO,
            Limits.UNSET,
            Limits.UNSET,
            true,
            Set.of(),
            PrivatePlaces.of("127.0.0.0/8"),
            data,
            Map.of(),
            null,
            System.getProperty("ash.test.path", "/usr/local/bin:/usr/bin:/bin"));
    RunnerSurroundings around =
        new RunnerSurroundings(
            link.coordinator(),
            runner -> link.serveRunner(id, runner)::close,
            "localhost",
            0,
            Sandboxes.by(SPAWNER),
            Timers.of(vertx),
            Ticker.system(),
            InstantSource.system(),
            new Metrics());
    deployment = result(vertx.deployVerticle(new RunnerVerticle(config, around)));
  }

  RunnerApi runner() {
    return link.runner(id, "localhost", 0);
  }

  static <T> T result(Future<T> result) {
    try {
      return result.await(LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("no answer in time", e);
    }
  }

  /** Stores the files of an agent, all of them executable. */
  AgentFiles agent(Map<String, String> files) {
    Chunks chunks = new Chunks(BlobKeys.of(BLOB_KEY));
    List<ManifestEntry> entries = new ArrayList<>();
    new LinkedHashMap<>(files)
        .forEach(
            (path, text) -> {
              byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
              List<String> keys = new ArrayList<>();
              try {
                chunks.cut(
                    new ByteArrayInputStream(bytes),
                    chunk -> {
                      keys.add(chunk.key());
                      coordinator.store(chunk.key(), chunk.packed());
                    });
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
              entries.add(new ManifestEntry.File(path, 0755, 0, bytes.length, keys));
            });
    Chunk manifest = chunks.pack(ManifestCodec.write(new Manifest(entries)));
    coordinator.store(manifest.key(), manifest.packed());
    return new AgentFiles(manifest.key(), "agent", 1);
  }

  /** An agent that comes with ash. */
  AgentFiles builtIn(String name, String... files) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (String file : files) {
      String path = "/agents/" + name + "/" + file;
      try (InputStream in = Objects.requireNonNull(RunnerHouse.class.getResourceAsStream(path))) {
        texts.put(file, new String(in.readAllBytes(), StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return agent(texts);
  }

  Binding bind(SessionId session) {
    UUID incarnation = Objects.requireNonNull(coordinator.registered(id));
    return coordinator.bind(session, id, incarnation);
  }

  OpenSandbox call(Binding binding, AgentFiles agent, Limits limits, String... command) {
    AttachSnapshot last = coordinator.snapshot(binding.session());
    return new OpenSandbox(
        binding,
        "default",
        BLOB_KEY,
        agent,
        new RuntimeSpec(RuntimeKind.JSONL, List.of(command), limits, NetworkMode.NONE),
        last == null ? null : new SnapshotRef(last.no(), last.manifest(), 0, 0, 0, null),
        last != null,
        last == null ? 0 : last.no(),
        Map.of(),
        "{}",
        0);
  }

  /** The same call for a session with an environment of its own, under a policy of its own. */
  static OpenSandbox with(OpenSandbox call, NetworkPolicy policy, Map<String, String> env) {
    return new OpenSandbox(
        call.binding(),
        call.tenant(),
        call.blobKey(),
        call.agent(),
        call.runtime().under(policy),
        call.snapshot(),
        call.resumed(),
        call.snapshotNo(),
        env,
        call.settings(),
        call.openTurn());
  }

  /** Wishes sandboxes to be kept ready for sessions that are opened like one. */
  void keepWarm(OpenSandbox like, boolean settled, int count) {
    coordinator.keepWarm(
        new WarmWish(
            new WarmSpec(
                like.tenant(), like.blobKey(), like.agent(), like.runtime(), Map.of(), settled),
            count));
  }

  /** Waits until so many sandboxes are ready and none is being prepared. */
  void awaitWarm(int count) {
    await().atMost(LIMIT).until(() -> lastStats().warm() == count && lastStats().warming() == 0);
  }

  /** What the last heartbeat said. */
  PoolStats lastStats() {
    List<Heartbeat> beats = coordinator.beats();
    return beats.isEmpty() ? PoolStats.EMPTY : beats.get(beats.size() - 1).stats();
  }

  /** Opens a sandbox as a call says and waits until it is ready. */
  Binding open(OpenSandbox call) {
    result(runner().open(call));
    assertThat(report(call.binding()).failure()).isNull();
    return call.binding();
  }

  /** The text of a file of the workspace. */
  String file(Binding binding, String path) {
    return result(runner().readFile(new ReadFile(binding, path, 0, 100_000))).bytes().toString();
  }

  /** Opens a sandbox and waits until it is ready. */
  Binding open(SessionId session, AgentFiles agent, String... command) {
    return open(call(bind(session), agent, Limits.UNSET, command));
  }

  SandboxOpened report(Binding binding) {
    await()
        .atMost(LIMIT)
        .until(() -> coordinator.opened().stream().anyMatch(o -> o.binding().equals(binding)));
    return coordinator.opened().stream()
        .filter(o -> o.binding().equals(binding))
        .findFirst()
        .orElseThrow();
  }

  void start(Binding binding, int turn, String text) {
    String content = new JsonObject().put("t", text).encode();
    result(
        runner()
            .startTurn(
                new StartTurn(binding, turn, content.substring(5, content.length() - 1), "{}")));
  }

  /** Starts a turn and waits for its end; answers its events. */
  List<Event> talk(Binding binding, int turn, String text) {
    start(binding, turn, text);
    return end(binding, turn);
  }

  /** Waits for the end of a turn; answers its events. */
  List<Event> end(Binding binding, int turn) {
    await()
        .atMost(LIMIT)
        .until(() -> events(binding, turn).stream().anyMatch(e -> e.ends() != null));
    return events(binding, turn);
  }

  List<Event> events(Binding binding, int turn) {
    return coordinator.journal(binding.session()).stream().filter(e -> e.turn() == turn).toList();
  }

  static String how(List<Event> turn) {
    return turn.stream()
        .filter(e -> e.ends() != null)
        .map(e -> Objects.requireNonNull(e.ends()).text())
        .reduce("", String::concat);
  }

  void close(Binding binding, boolean snapshot) {
    result(runner().close(new CloseSandbox(binding, snapshot, "test")));
  }

  /** Everything on this machine that still belongs to a session. */
  List<String> left(SessionId session) throws IOException {
    List<String> left = new ArrayList<>();
    String name = session.toString();
    try (Stream<Path> all = Files.walk(data)) {
      all.filter(p -> p.toString().contains(name)).forEach(p -> left.add(p.toString()));
    }
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      processes
          .filter(p -> p.getFileName().toString().matches("\\d+"))
          .filter(p -> text(p.resolve("environ")).contains(name))
          .forEach(p -> left.add(p + " " + text(p.resolve("cmdline"))));
    }
    left.addAll(
        Stream.of(text(Path.of("/proc/mounts")).split("\n"))
            .filter(m -> m.contains(name))
            .toList());
    try (Stream<Path> groups = Files.walk(Path.of("/sys/fs/cgroup"), 6)) {
      groups.filter(p -> p.toString().contains(name)).forEach(p -> left.add(p.toString()));
    } catch (UncheckedIOException e) {
      // another test's group went away while it was looked at
      return left(session);
    }
    return left;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return ""; // it is gone, or not ours to read
    }
  }

  /** Takes the verticle down as a stop of the server does. */
  void stop() {
    if (deployment != null) {
      result(vertx.undeploy(deployment));
      deployment = null;
    }
  }

  @Override
  public void close() {
    stop();
    result(vertx.close());
    try (Stream<Path> all = Files.walk(data)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
