package io.ash.runner;

import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.runner.SessionFiles.Instructions;
import io.ash.runner.SessionFiles.Place;
import io.ash.runner.dialect.AgentSettings;
import io.ash.wire.ExecResult;
import io.ash.wire.OpenSandbox;
import io.vertx.core.Future;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Brings the quarters of a host to where its agent can start. */
final class Preparation {
  private static final Duration SCRIPT = Duration.ofMinutes(2);

  private final OpenSandbox open;
  private final Quarters quarters;
  private final LogRing log;

  Preparation(OpenSandbox open, Quarters quarters, LogRing log) {
    this.open = open;
    this.quarters = quarters;
    this.log = log;
  }

  /**
   * What is known when everything is in place.
   *
   * @param settings with the system prompt that was found
   * @param found what the files say
   * @param basis what the files began with
   */
  record Ready(AgentSettings settings, Instructions found, SessionFiles.Basis basis) {}

  /** Fails with {@link Refused} where the agent's own scripts are the reason. */
  Future<Ready> run(AgentSettings settings) {
    Readiness ready = quarters.readiness();
    Future<SessionFiles.Basis> furnished =
        ready.furnished()
            ? Future.succeededFuture(SessionFiles.Basis.AGENT)
            : quarters.files().furnish();
    String asked = settings.systemPrompt();
    return furnished.compose(
        basis -> {
          boolean fresh = open.snapshot() == null && !basis.recovered();
          return prompted(fresh ? asked : null)
              .compose(v -> fresh ? settled(ready.settled()) : quarters.files().instructions())
              .map(found -> new Ready(prompt(settings, asked, found), found, basis));
        });
  }

  private Future<Void> prompted(@Nullable String asked) {
    return asked == null
        ? Future.succeededFuture()
        : quarters.files().write(Place.WORKSPACE, Instructions.PROMPT, asked);
  }

  private static AgentSettings prompt(
      AgentSettings settings, @Nullable String asked, Instructions found) {
    String prompt = asked == null ? found.prompt() : asked;
    return settings.withSystemPrompt(prompt.isBlank() ? null : prompt);
  }

  /** Runs the scripts where they have not run; each may make or change what comes after it. */
  private Future<Instructions> settled(@Nullable Instructions before) {
    if (before != null) {
      return Future.succeededFuture(before);
    }
    SessionFiles files = quarters.files();
    return files
        .instructions()
        .compose(
            now ->
                now.install()
                    ? install().compose(v -> files.instructions())
                    : Future.succeededFuture(now))
        .compose(
            now ->
                now.startup()
                    ? script(Instructions.STARTUP).compose(v -> files.instructions())
                    : Future.succeededFuture(now));
  }

  private Future<Void> install() {
    return quarters
        .installing(true)
        .compose(v -> script(Instructions.INSTALL))
        .compose(v -> quarters.installing(false));
  }

  private Future<Void> script(String name) {
    return quarters
        .exec("chmod u+x " + name + " && ./" + name, SCRIPT)
        .compose(result -> judge(name, result));
  }

  private Future<Void> judge(String name, ExecResult result) {
    result.stdout().lines().forEach(log::system);
    result.stderr().lines().forEach(log::system);
    if (result.exitCode() == 0 && !result.timedOut()) {
      return Future.succeededFuture();
    }
    String how =
        result.timedOut()
            ? "it was not done in " + SCRIPT.toSeconds() + " s"
            : "exit code " + result.exitCode();
    String last =
        (result.stderr().isBlank() ? result.stdout() : result.stderr())
            .lines()
            .filter(line -> !line.isBlank())
            .reduce("", (before, line) -> line);
    return Future.failedFuture(
        new Refused(
            Refusal.SANDBOX_FAILED,
            name + " failed (" + how + ")" + (last.isEmpty() ? "" : ": " + shortened(last))));
  }

  private static String shortened(String line) {
    return line.length() > 500 ? line.substring(0, 500) + " …" : line;
  }
}
