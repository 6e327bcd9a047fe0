package io.ash.runner.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ash.model.LimitKind;
import io.ash.model.Limits;
import io.ash.model.NetworkMode;
import io.ash.process.Spawner;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What ended jails leave does not count against the next ones. */
class OrphansIT {
  private static Den den;

  @BeforeAll
  static void prepare() throws Exception {
    den = Den.make();
  }

  @AfterAll
  static void end() throws IOException {
    den.close();
  }

  private static List<Long> zombies() {
    return ProcessTree.adopted().orElseThrow().stream()
        .filter(child -> ProcessTree.zombie(child).isPresent())
        .toList();
  }

  @Test
  void hundredsOfCommandsInARowRunWhereFewProcessesAreAllowed() {
    Sandbox sandbox =
        den.open(
            Den.jail(
                den.sandboxes.capabilities().heldBy().get(LimitKind.PROCESSES) == Enforcement.NONE
                    ? Limits.UNSET
                    : Limits.of(LimitKind.PROCESSES, 10),
                NetworkMode.NONE,
                Map.of()));
    for (int i = 0; i < 300; i++) {
      assertThat(den.out(sandbox, "echo " + i)).isEqualTo(Integer.toString(i));
    }
    den.discard(sandbox);
  }

  @Test
  void endedJailsAreForgotten() {
    assumeTrue(den.sandboxes.isolation() == Isolation.BUBBLEWRAP, "a jail needs bubblewrap");
    Sandbox sandbox = den.open(Den.jail());
    for (int i = 0; i < 20; i++) {
      den.out(sandbox, "true");
    }
    den.discard(sandbox);
    await().until(() -> zombies().isEmpty());
  }

  @Test
  void whoeverElseNobodyWaitsForIsForgottenToo() throws Exception {
    Process parent =
        Den.SPAWNER.start(Spawner.builder("/bin/sh", "-c", "sleep 0.3 >&- & echo $!")).get();
    long orphan = Long.parseLong(parent.inputReader().readLine());
    await().until(() -> ProcessTree.adopted().orElseThrow().contains(orphan));
    await().until(() -> ProcessHandle.of(orphan).isEmpty());
  }

  @Test
  void childrenOfJavaKeepTheirExitCodes() throws Exception {
    Sandbox sandbox = den.open(Den.jail());
    FutureTask<Process> start =
        new FutureTask<>(() -> new ProcessBuilder("/bin/sh", "-c", "sleep 1; exit 7").start());
    Thread starter = new Thread(start);
    starter.start();
    starter.join();
    Process child = start.get();
    await().until(() -> ProcessTree.adopted().orElseThrow().contains(child.pid()));
    while (child.isAlive()) {
      den.out(sandbox, "true");
    }
    assertThat(child.waitFor()).isEqualTo(7);
    den.discard(sandbox);
  }
}
