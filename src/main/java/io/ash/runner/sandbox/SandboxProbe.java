package io.ash.runner.sandbox;

import io.ash.model.Limits;
import io.ash.model.NetworkMode;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Really starts a process in a sandbox, and says what the host lacks when that fails. */
final class SandboxProbe {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final int MOST = 4096;

  private SandboxProbe() {}

  /** Fails with {@link SandboxUnavailable}. */
  static Future<Void> run(Sandboxes sandboxes, Context context) {
    Jail jail = new Jail("probe", List.of(), Map.of(), Limits.UNSET, NetworkMode.NONE, "probe");
    return sandboxes
        .open(jail, context)
        .compose(
            sandbox ->
                sandbox
                    .exec(Command.of("/bin/sh", "-c", "exit 0"), LIMIT, MOST)
                    .eventually(() -> sandbox.discard(Duration.ZERO)))
        .compose(SandboxProbe::judge);
  }

  private static Future<Void> judge(ExecOutput output) {
    return output.exit().code() == 0
        ? Future.succeededFuture()
        : Future.failedFuture(new SandboxUnavailable(remedy(output.stderr().toString().trim())));
  }

  static String remedy(String error) {
    String way;
    if (setting("user/max_user_namespaces").equals("0")) {
      way = "user namespaces are off: sysctl -w user.max_user_namespaces=15000";
    } else if (setting("kernel/unprivileged_userns_clone").equals("0")) {
      way = "user namespaces are off: sysctl -w kernel.unprivileged_userns_clone=1";
    } else if (setting("kernel/apparmor_restrict_unprivileged_userns").equals("1")) {
      way =
          "AppArmor restricts user namespaces:"
              + " sysctl -w kernel.apparmor_restrict_unprivileged_userns=0, or give bwrap a profile"
              + " that allows userns";
    } else if (error.contains("proc")) {
      way = "in a container, run it with unmasked paths and seccomp that allows unshare and mount";
    } else {
      way = "in a container, allow it to create user namespaces and to mount";
    }
    return "bubblewrap does not work here: " + way + " (it said: " + error + ")";
  }

  private static String setting(String name) {
    try {
      return Files.readString(Path.of("/proc/sys", name)).trim();
    } catch (IOException e) {
      return "";
    }
  }
}
