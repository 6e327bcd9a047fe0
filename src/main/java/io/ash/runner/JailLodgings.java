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
import io.vertx.core.WorkerExecutor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
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
  private final WorkerExecutor workers;
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
      WorkerExecutor workers,
      Context context) {
    this.sandboxes = sandboxes;
    this.programs = programs;
    this.dialects = dialects;
    this.ways = ways;
    this.files = files;
    this.workers = workers;
    this.context = context;
  }

  @Override
  public Future<Lodging> take(OpenSandbox call) {
    return program(call)
        .compose(
            program ->
                make(call, program)
                    .compose(home -> guarded(home, () -> lodging(call, program, home))));
  }

  @Override
  public Future<Spare> spare(OpenSandbox nobody) {
    return program(nobody)
        .compose(
            program ->
                make(nobody, program)
                    .compose(
                        home ->
                            guarded(
                                home,
                                () ->
                                    new Spare(
                                        lodging(nobody, program, home),
                                        call -> bind(call, program, home)))));
  }

  /** A sandbox and how it gets out; null where it needs no way of its own. */
  private record Home(Sandbox sandbox, @Nullable WayOut way) {}

  /** What was prepared for nobody gets the environment of its session. */
  private Lodging bind(OpenSandbox call, Program program, Home home) {
    Map<String, String> env = environment(call, command(call, program));
    home.sandbox().dress(ways.rebind(call, env, home.way()));
    return lodging(call, program, home);
  }

  private Future<Program> program(OpenSandbox call) {
    return workers.executeBlocking(
        () -> programs.find(call.runtime().kind(), call.runtime().command()), false);
  }

  private Future<Home> make(OpenSandbox call, Program program) {
    AgentCommand command = command(call, program);
    return ways.prepare(call, environment(call, command))
        .compose(
            way ->
                open(call, command, way).onComplete(done -> way.discardUnless(done.succeeded())));
  }

  private Future<Home> open(OpenSandbox call, AgentCommand command, WaysOut.Prepared way) {
    Jail jail;
    try {
      jail = jail(call, command, way);
    } catch (IllegalArgumentException e) {
      return Future.failedFuture(
          new Refused(Refusal.INVALID_REQUEST, String.valueOf(e.getMessage())));
    }
    return sandboxes
        .open(jail, context)
        .compose(
            sandbox ->
                ways.open(call, way)
                    .map(out -> new Home(sandbox, out))
                    .recover(
                        e ->
                            sandbox
                                .discard(Duration.ZERO)
                                .transform(gone -> Future.<Home>failedFuture(e))));
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

  private Lodging lodging(OpenSandbox call, Program program, Home home) {
    return new Lodging(
        new JailQuarters(
            home.sandbox(), sandboxes.isolation(), files.apply(call, home.sandbox()), home.way()),
        remembered -> dialects.open(program, call.binding().session(), remembered));
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

  private static Jail jail(OpenSandbox call, AgentCommand command, WaysOut.Prepared way) {
    Binding binding = call.binding();
    String session = binding.session().toString();
    return new Jail(
        session + "-" + binding.epoch(),
        command.readOnlyBinds().stream().map(Bind::same).toList(),
        way.env(),
        call.runtime().limits(),
        way.mode(),
        "ash-" + session.substring(0, 8),
        way.space());
  }
}
