package io.ash.runner;

import io.ash.model.NetworkPolicy;
import io.ash.model.Notice;
import io.ash.runner.dialect.AgentCommand;
import io.ash.wire.ExecResult;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * The place one host lives in: the files of a session and the jail its processes run in. Confined
 * to the runner loop; what blocks happens elsewhere.
 */
interface Quarters {
  /** Its files. */
  SessionFiles files();

  /** How far they were prepared before their session came. */
  default Readiness readiness() {
    return Readiness.BARE;
  }

  /** Starts the agent. */
  Future<AgentProcess> start(AgentCommand command, AgentProcess.Ear ear);

  /** Runs a shell command beside the agent. */
  Future<ExecResult> exec(String command, Duration limit);

  /** Makes every process stand still; fails where they do not. */
  Future<Void> freeze();

  /** Lets them go on. */
  Future<Void> thaw();

  /** JSON object: limits in force, isolation, network. */
  String facts();

  /** Hears what the user is to be told about limits that were reached, on the runner loop. */
  void onNotice(Consumer<Notice> ear);

  /** Whether what runs now is install.sh, which may reach other places. */
  Future<Void> installing(boolean on);

  /** Changes what its processes may reach; what is open and no longer allowed is cut. */
  Future<Void> network(NetworkPolicy policy);

  /** Mebibytes of memory the sandbox may use. */
  int memoryMb();

  /** Ends all processes and removes everything; completes when nothing is left. */
  Future<Void> vacate(Duration grace);
}
