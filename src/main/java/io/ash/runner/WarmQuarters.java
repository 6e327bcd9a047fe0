package io.ash.runner;

import io.ash.model.NetworkPolicy;
import io.ash.model.Notice;
import io.ash.runner.dialect.AgentCommand;
import io.ash.wire.ExecResult;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Quarters that were prepared before their session came, perhaps with an agent that runs already.
 * It becomes the agent of the session if the session would have started just the same one. Confined
 * to the runner loop.
 */
final class WarmQuarters implements Quarters {
  private final Quarters inner;
  private final Readiness readiness;
  private @Nullable EarlyAgent early;

  /**
   * Prepared quarters.
   *
   * @param early the agent that runs already, null for none
   */
  WarmQuarters(Quarters inner, Readiness readiness, @Nullable EarlyAgent early) {
    this.inner = inner;
    this.readiness = readiness;
    this.early = early;
  }

  @Override
  public Readiness readiness() {
    return readiness;
  }

  @Override
  public Future<AgentProcess> start(AgentCommand command, AgentProcess.Ear ear) {
    EarlyAgent there = early;
    early = null;
    if (there == null) {
      return inner.start(command, ear);
    }
    return there.is(command)
        ? Future.succeededFuture(there.handOver(ear))
        : there.end().compose(v -> inner.start(command, ear));
  }

  @Override
  public SessionFiles files() {
    return inner.files();
  }

  @Override
  public Future<ExecResult> exec(String command, Duration limit) {
    return inner.exec(command, limit);
  }

  @Override
  public Future<Void> freeze() {
    return inner.freeze();
  }

  @Override
  public Future<Void> thaw() {
    return inner.thaw();
  }

  @Override
  public String facts() {
    return inner.facts();
  }

  @Override
  public void onNotice(Consumer<Notice> ear) {
    inner.onNotice(ear);
  }

  @Override
  public Future<Void> installing(boolean on) {
    return inner.installing(on);
  }

  @Override
  public Future<Void> network(NetworkPolicy policy) {
    return inner.network(policy);
  }

  @Override
  public int memoryMb() {
    return inner.memoryMb();
  }

  @Override
  public Future<Void> vacate(Duration grace) {
    return inner.vacate(grace);
  }
}
