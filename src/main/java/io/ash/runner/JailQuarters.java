package io.ash.runner;

import io.ash.model.LimitKind;
import io.ash.model.NetworkPolicy;
import io.ash.model.Notice;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.runner.dialect.AgentCommand;
import io.ash.runner.sandbox.Cause;
import io.ash.runner.sandbox.Command;
import io.ash.runner.sandbox.Enforcement;
import io.ash.runner.sandbox.ExecOutput;
import io.ash.runner.sandbox.Isolation;
import io.ash.runner.sandbox.Jail;
import io.ash.runner.sandbox.LimitsInForce;
import io.ash.runner.sandbox.Sandbox;
import io.ash.runner.sandbox.Stdio;
import io.ash.wire.ExecResult;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Quarters in a jail. Confined to the runner loop. */
final class JailQuarters implements Quarters {
  private static final int MOST_OUTPUT = 10 << 20;

  private final Sandbox sandbox;
  private final Isolation isolation;
  private final SessionFiles files;
  private final @Nullable WayOut way;

  /**
   * Quarters.
   *
   * @param way how its processes get out; null where they do not, or need no way of their own
   */
  JailQuarters(Sandbox sandbox, Isolation isolation, SessionFiles files, @Nullable WayOut way) {
    this.sandbox = sandbox;
    this.isolation = isolation;
    this.files = files;
    this.way = way;
  }

  @Override
  public Future<Void> installing(boolean on) {
    return way == null ? Future.succeededFuture() : way.installing(on);
  }

  @Override
  public Future<Void> network(NetworkPolicy policy) {
    if (way != null) {
      return way.change(policy);
    }
    return policy.mode() == sandbox.jail().network()
        ? Future.succeededFuture()
        : Future.failedFuture(
            new Refused(
                Refusal.WRONG_STATE, "this sandbox has no way out whose rules could be changed"));
  }

  @Override
  public SessionFiles files() {
    return files;
  }

  @Override
  public Future<AgentProcess> start(AgentCommand command, AgentProcess.Ear ear) {
    List<String> argv = command.argv().stream().map(this::inside).toList();
    return sandbox
        .start(new Command(argv, Jail.WORKSPACE), new Stdio(ear::stdout, ear::stderr))
        .map(
            process -> {
              process.outputClosed().onSuccess(v -> ear.stdoutClosed());
              return new JailProcess(sandbox, process);
            });
  }

  /** Where there is no jail, the home a dialect names is somewhere else. */
  private String inside(String argument) {
    return argument.replace(AgentCommand.HOME + "/", sandbox.inside(Jail.HOME) + "/");
  }

  @Override
  public Future<ExecResult> exec(String command, Duration limit) {
    Duration most = Duration.ofSeconds(sandbox.limits().most(LimitKind.EXEC));
    return sandbox
        .exec(Command.shell(command), limit.compareTo(most) < 0 ? limit : most, MOST_OUTPUT)
        .map(this::result);
  }

  private ExecResult result(ExecOutput output) {
    Cause cause = output.exit().cause();
    return new ExecResult(
        output.exit().code(),
        output.stdout().toString(StandardCharsets.UTF_8),
        output.stderr().toString(StandardCharsets.UTF_8),
        output.timedOut(),
        output.truncated(),
        cause.text(),
        sandbox.limits().about(cause));
  }

  @Override
  public Future<Void> freeze() {
    return sandbox.freeze();
  }

  @Override
  public Future<Void> thaw() {
    return sandbox.thaw();
  }

  @Override
  public String facts() {
    LimitsInForce limits = sandbox.limits();
    JsonObject most = new JsonObject();
    JsonObject heldBy = new JsonObject();
    for (LimitKind kind : LimitKind.values()) {
      most.put(kind.key(), limits.most(kind));
      heldBy.put(kind.text(), limits.of(kind).text());
    }
    return new JsonObject()
        .put("isolation", isolation.text())
        .put("diskLimit", limits.of(LimitKind.DISK) == Enforcement.QUOTA ? "hard" : "soft")
        .put("network", sandbox.jail().network().text())
        .put("limits", most.put("heldBy", heldBy))
        .encode();
  }

  @Override
  public void onNotice(Consumer<Notice> ear) {
    sandbox.onNotice(ear);
    if (way != null) {
      way.onNotice(ear);
    }
  }

  @Override
  public int memoryMb() {
    return sandbox.limits().memoryMb();
  }

  /** Work on the files ends before they are removed, or it would make them anew. */
  @Override
  public Future<Void> vacate(Duration grace) {
    return sandbox
        .close(grace)
        .eventually(files::close)
        .eventually(() -> sandbox.discard(Duration.ZERO))
        .eventually(() -> way == null ? Future.succeededFuture() : way.close());
  }
}
