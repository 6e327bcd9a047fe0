package io.ash.runner;

import io.ash.model.Binding;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.runner.dialect.AgentCommand;
import io.ash.runner.dialect.AgentSettings;
import io.ash.runner.dialect.Dialects;
import io.ash.runner.dialect.Program;
import io.ash.runner.dialect.Programs;
import io.ash.runner.dialect.TurnOptions;
import io.ash.runner.sandbox.Bind;
import io.ash.runner.sandbox.Jail;
import io.ash.runner.sandbox.Sandbox;
import io.ash.runner.sandbox.Sandboxes;
import io.ash.wire.OpenSandbox;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes a jail for each host. Confined to the runner loop. */
final class JailLodgings implements Lodgings, Spares {
  private static final String PATH = "/usr/local/bin:/usr/bin:/bin";

  private final Sandboxes sandboxes;
  private final Programs programs;
  private final Dialects dialects;
  private final WaysOut ways;
  private final BiFunction<OpenSandbox, Sandbox, SessionFiles> files;
  private final Context context;

  /**
   * Lodgings.
   *
   * @param files the files of a session in its sandbox
   */
  JailLodgings(
      Sandboxes sandboxes,
      Programs programs,
      Dialects dialects,
      WaysOut ways,
      BiFunction<OpenSandbox, Sandbox, SessionFiles> files,
      Context context) {
    this.sandboxes = sandboxes;
    this.programs = programs;
    this.dialects = dialects;
    this.ways = ways;
    this.files = files;
    this.context = context;
  }

  @Override
  public Future<Lodging> take(OpenSandbox call) {
    return make(call).compose(home -> guarded(home, () -> lodging(call, home)));
  }

  @Override
  public Future<Spare> spare(OpenSandbox nobody) {
    return make(nobody)
        .compose(
            home ->
                guarded(home, () -> new Spare(lodging(nobody, home), call -> bind(call, home))));
  }

  /** A sandbox, who lives there and how it gets out; null where it needs no way of its own. */
  private record Home(Sandbox sandbox, Program program, @Nullable WayOut way) {}

  /** What was prepared for nobody gets the environment of its session. */
  private Lodging bind(OpenSandbox call, Home home) {
    Map<String, String> env = environment(call, command(call, home.program()));
    home.sandbox().dress(ways.rebind(call, env, home.way()));
    return lodging(call, home);
  }

  /** What a worker found out before the sandbox was made. */
  private record Means(Program program, WaysOut.Prepared way) {}

  /** Everything that blocks is one trip to a worker. */
  private Future<Home> make(OpenSandbox call) {
    AtomicReference<@Nullable Means> found = new AtomicReference<>();
    return sandboxes
        .open(name(call), () -> describe(call, found), context)
        .onFailure(e -> discard(found.get()))
        .compose(sandbox -> leadOut(call, sandbox, Objects.requireNonNull(found.get())));
  }

  private Jail describe(OpenSandbox call, AtomicReference<@Nullable Means> found)
      throws IOException {
    Program program = programs.find(call.runtime().kind(), call.runtime().command());
    AgentCommand command = command(call, program);
    WaysOut.Prepared way = ways.prepare(call, environment(call, command));
    found.set(new Means(program, way));
    try {
      return jail(call, command, way);
    } catch (IllegalArgumentException e) {
      throw new Refused(Refusal.INVALID_REQUEST, String.valueOf(e.getMessage()));
    }
  }

  private static void discard(@Nullable Means means) {
    if (means != null) {
      means.way().discard();
    }
  }

  private Future<Home> leadOut(OpenSandbox call, Sandbox sandbox, Means means) {
    return ways.open(call, means.way())
        .map(out -> new Home(sandbox, means.program(), out))
        .recover(
            e -> {
              means.way().discard();
              return sandbox.discard(Duration.ZERO).transform(gone -> Future.<Home>failedFuture(e));
            });
  }

  private static <T> Future<T> guarded(Home home, Supplier<T> made) {
    return Future.succeededFuture()
        .map(v -> made.get())
        .recover(
            e ->
                home.sandbox()
                    .discard(Duration.ZERO)
                    .eventually(
                        () -> home.way() == null ? Future.succeededFuture() : home.way().close())
                    .transform(gone -> Future.<T>failedFuture(e)));
  }

  private Lodging lodging(OpenSandbox call, Home home) {
    return new Lodging(
        new JailQuarters(
            home.sandbox(), sandboxes.isolation(), files.apply(call, home.sandbox()), home.way()),
        remembered -> dialects.open(home.program(), call.binding().session(), remembered));
  }

  /** What the dialect asks of its surroundings is the same for every process of a session. */
  private AgentCommand command(OpenSandbox call, Program program) {
    return dialects
        .open(program, call.binding().session(), "")
        .launch(AgentSettings.of(call.settings()), TurnOptions.NONE);
  }

  private static Map<String, String> environment(OpenSandbox call, AgentCommand command) {
    Binding binding = call.binding();
    String session = binding.session().toString();
    Map<String, String> env = new HashMap<>(command.env());
    env.put("ASH_SESSION_ID", binding.epoch() == 0 ? "" : session);
    env.put("ASH_SANDBOX_ID", binding.epoch() == 0 ? "" : session);
    env.put("ASH_WORKSPACE_DIR", Jail.WORKSPACE);
    env.put("ASH_AGENT_DIR", Jail.WORKSPACE);
    env.putAll(call.env());
    if (!command.searchPath().isEmpty()) {
      String first =
          command.searchPath().stream().map(Path::toString).collect(Collectors.joining(":"));
      env.put("PATH", first + ":" + env.getOrDefault("PATH", PATH));
    }
    return env;
  }

  private static String name(OpenSandbox call) {
    return call.binding().session() + "-" + call.binding().epoch();
  }

  private static Jail jail(OpenSandbox call, AgentCommand command, WaysOut.Prepared way) {
    String session = call.binding().session().toString();
    return new Jail(
        name(call),
        command.readOnlyBinds().stream().map(Bind::same).toList(),
        way.env(),
        call.runtime().limits(),
        way.mode(),
        "ash-" + session.substring(0, 8),
        way.space());
  }
}
