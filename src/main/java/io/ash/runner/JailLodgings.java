package io.ash.runner;

import io.ash.model.Binding;
import io.ash.model.NetworkMode;
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

/** Makes a jail for each host. Confined to the runner loop. */
final class JailLodgings implements Lodgings, Spares {
  private static final String PATH = "/usr/local/bin:/usr/bin:/bin";

  private final Sandboxes sandboxes;
  private final Programs programs;
  private final Dialects dialects;
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
      BiFunction<OpenSandbox, Sandbox, SessionFiles> files,
      WorkerExecutor workers,
      Context context) {
    this.sandboxes = sandboxes;
    this.programs = programs;
    this.dialects = dialects;
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
                    .compose(sandbox -> guarded(sandbox, () -> lodging(call, program, sandbox))));
  }

  @Override
  public Future<Spare> spare(OpenSandbox nobody) {
    return program(nobody)
        .compose(
            program ->
                make(nobody, program)
                    .compose(
                        sandbox ->
                            guarded(
                                sandbox,
                                () ->
                                    new Spare(
                                        lodging(nobody, program, sandbox),
                                        call -> bind(call, program, sandbox)))));
  }

  /** What was prepared for nobody gets the environment of its session. */
  private Lodging bind(OpenSandbox call, Program program, Sandbox sandbox) {
    sandbox.dress(jail(call, program).env());
    return lodging(call, program, sandbox);
  }

  private Future<Program> program(OpenSandbox call) {
    if (call.runtime().network() == NetworkMode.ALLOWLIST) {
      return Future.failedFuture(
          new Refused(
              Refusal.NOT_SUPPORTED_YET,
              "network mode 'allowlist' is not supported by this version; use 'none' or 'host'"));
    }
    return workers.executeBlocking(
        () -> programs.find(call.runtime().kind(), call.runtime().command()), false);
  }

  private Future<Sandbox> make(OpenSandbox call, Program program) {
    try {
      return sandboxes.open(jail(call, program), context);
    } catch (IllegalArgumentException e) {
      return Future.failedFuture(
          new Refused(Refusal.INVALID_REQUEST, String.valueOf(e.getMessage())));
    }
  }

  private static <T> Future<T> guarded(Sandbox sandbox, Supplier<T> made) {
    return Future.succeededFuture()
        .map(v -> made.get())
        .recover(e -> sandbox.discard(Duration.ZERO).transform(gone -> Future.<T>failedFuture(e)));
  }

  private Lodging lodging(OpenSandbox call, Program program, Sandbox sandbox) {
    return new Lodging(
        new JailQuarters(sandbox, sandboxes.isolation(), files.apply(call, sandbox)),
        remembered -> dialects.open(program, call.binding().session(), remembered));
  }

  private Jail jail(OpenSandbox call, Program program) {
    // What the dialect asks of its surroundings is the same for every process of a session.
    AgentCommand command =
        dialects
            .open(program, call.binding().session(), "")
            .launch(AgentSettings.of(call.settings()), TurnOptions.NONE);
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
    return new Jail(
        session + "-" + binding.epoch(),
        command.readOnlyBinds().stream().map(Bind::same).toList(),
        env,
        call.runtime().limits(),
        call.runtime().network(),
        "ash-" + session.substring(0, 8));
  }
}
