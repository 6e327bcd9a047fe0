package io.ash.runner;

import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.runner.SessionFiles.Place;
import io.ash.runner.dialect.AgentSettings;
import io.ash.runner.dialect.Dialect;
import io.ash.wire.ExecResult;
import io.ash.wire.OpenSandbox;
import io.vertx.core.Future;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Brings the quarters of a host to where its agent can start. */
final class Preparation {
  private static final Duration SCRIPT = Duration.ofMinutes(2);
  private static final String PROMPT = "CLAUDE.md";
  private static final int MAX_PROMPT = 1 << 20;
  private static final int MAX_MEMORY = 4 << 10;

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
   * @param remembered what an earlier process asked to remember
   * @param basis what the files began with
   */
  record Ready(AgentSettings settings, String remembered, SessionFiles.Basis basis) {}

  /** Fails with {@link Refused} where the agent's own scripts are the reason. */
  Future<Ready> run(AgentSettings settings) {
    Readiness found = quarters.readiness();
    String asked = settings.systemPrompt();
    Future<SessionFiles.Basis> furnished =
        found == Readiness.BARE
            ? quarters.files().furnish()
            : Future.succeededFuture(SessionFiles.Basis.AGENT);
    return furnished.compose(
        basis -> {
          boolean fresh = open.snapshot() == null && !basis.recovered();
          return goOn(settings, fresh, fresh && found != Readiness.SETTLED, asked, basis);
        });
  }

  private Future<Ready> goOn(
      AgentSettings settings,
      boolean fresh,
      boolean unsettled,
      @Nullable String asked,
      SessionFiles.Basis basis) {
    return Future.<Void>succeededFuture()
        .compose(
            v ->
                fresh && asked != null
                    ? quarters.files().write(Place.WORKSPACE, PROMPT, asked)
                    : Future.<Void>succeededFuture())
        .compose(v -> unsettled ? install() : Future.succeededFuture())
        .compose(v -> unsettled ? script("startup.sh") : Future.succeededFuture())
        .compose(
            v ->
                asked != null
                    ? Future.succeededFuture(asked)
                    : quarters.files().read(Place.WORKSPACE, PROMPT, MAX_PROMPT))
        .compose(
            prompt ->
                quarters
                    .files()
                    .read(Place.HOME, Dialect.MEMORY_FILE, MAX_MEMORY)
                    .map(
                        memory ->
                            new Ready(
                                settings.withSystemPrompt(prompt.isBlank() ? null : prompt),
                                memory,
                                basis)));
  }

  private Future<Void> install() {
    return quarters
        .installing(true)
        .compose(v -> script("install.sh"))
        .compose(v -> quarters.installing(false));
  }

  private Future<Void> script(String name) {
    return quarters
        .files()
        .has(name)
        .compose(
            there ->
                there
                    ? quarters
                        .exec("chmod u+x " + name + " && ./" + name, SCRIPT)
                        .compose(result -> judge(name, result))
                    : Future.succeededFuture());
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
