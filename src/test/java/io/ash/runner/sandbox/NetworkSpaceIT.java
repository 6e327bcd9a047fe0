package io.ash.runner.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ash.model.Limits;
import io.ash.model.NetworkMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Networks of their own, entered by real processes in real jails. */
@Timeout(60)
class NetworkSpaceIT {
  private static final String KNOCK =
      "exec 3<>/dev/tcp/127.0.0.1/" + NetworkSpace.PORT + " && echo in; cut -d: -f1 /proc/net/dev";

  private static Jail jail(NetworkSpace space) {
    return new Jail(
        "net-1", List.of(), Map.of(), Limits.UNSET, NetworkMode.ALLOWLIST, "den", space);
  }

  @Test
  void givesAllProcessesOfASandboxOneLoopbackWithTheListener() throws Exception {
    try (Den den = Den.make()) {
      NetworkSpace space = den.sandboxes.network();
      Sandbox sandbox = den.open(jail(space));
      String seen = den.out(sandbox, "/bin/bash -c '" + KNOCK + "'");
      assertThat(seen).startsWith("in").contains("lo").doesNotContain("eth");
      String net = den.out(sandbox, "readlink /proc/self/ns/net");
      assertThat(den.out(sandbox, "readlink /proc/self/ns/net")).isEqualTo(net);
      assertThat(net).isNotEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString());
      assertThat(den.out(sandbox, "grep CapEff /proc/self/status")).endsWith("0000000000000000");
      assertThat(den.out(sandbox, "ls /proc/self/fd | xargs")).isEqualTo("0 1 2 3");
      assertThat(den.run(sandbox, "/bin/bash -c 'exec 3<>/dev/tcp/1.1.1.1/80'").exit().code())
          .isNotZero();
      den.discard(sandbox);
      space.close();
    }
  }

  @Test
  void bringsTheVisitingThreadHomeEachTime() throws Exception {
    Object user = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    assumeTrue(user.equals(0), "only root makes networks without a porter");
    NamespaceThread thread = new NamespaceThread();
    Set<String> networks = new HashSet<>();
    List<NamespaceThread.Visit> visits = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      NamespaceThread.Visit visit = thread.make(NetworkSpace.PORT);
      visits.add(visit);
      networks.add(link(Path.of("/proc/self/fd/" + visit.network())));
    }
    assertThat(networks).hasSize(50);
    assertThat(threadNetworks()).hasSize(1);
    visits.forEach(
        v -> {
          Kernel.release(v.network());
          Kernel.release(v.listener());
        });
    thread.close();
  }

  @Test
  void worksThroughAPorterWhereTheServerIsNotRoot() throws Exception {
    NetworkSpaces spaces = new NetworkSpaces(Den.SPAWNER, false);
    try (NetworkSpace space = spaces.open()) {
      Process jailed =
          new ProcessBuilder(
                  "nsenter",
                  "--user=" + space.user(),
                  "--preserve-credentials",
                  "--net=" + space.path(),
                  "bwrap",
                  "--unshare-all",
                  "--unshare-user",
                  "--disable-userns",
                  "--uid",
                  "1000",
                  "--share-net",
                  "--ro-bind",
                  "/",
                  "/",
                  "--dev",
                  "/dev",
                  "--proc",
                  "/proc",
                  "/bin/bash",
                  "-c",
                  KNOCK + "; id -u; ip link set lo down; grep CapEff /proc/self/status")
              .redirectErrorStream(true)
              .start();
      String said = new String(jailed.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(said).startsWith("in").contains("lo").contains("1000").contains("00000000");
    } finally {
      spaces.close();
    }
  }

  private static Set<String> threadNetworks() {
    Set<String> networks = new HashSet<>();
    try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
      threads.forEach(t -> networks.add(link(t.resolve("ns/net"))));
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return networks;
  }

  private static String link(Path path) {
    try {
      return Files.readSymbolicLink(path).toString();
    } catch (java.io.IOException e) {
      return path + " " + e;
    }
  }
}
