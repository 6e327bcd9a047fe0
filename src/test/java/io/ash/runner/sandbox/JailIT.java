package io.ash.runner.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.model.Limits;
import io.ash.model.NetworkMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What processes in a jail see and may do, tried by real processes in real jails. */
class JailIT {
  private static Den den;
  private Sandbox sandbox;

  @BeforeAll
  static void prepare() throws Exception {
    den = Den.make();
  }

  @AfterAll
  static void end() throws Exception {
    den.close();
  }

  @BeforeEach
  void open() {
    sandbox = den.open(Den.jail(Limits.UNSET, NetworkMode.NONE, Map.of("GREETING", "hel lo\n'")));
  }

  @AfterEach
  void discard() {
    den.discard(sandbox);
  }

  @Test
  void showsOnlyTheGivenEnvironment() {
    assertThat(den.out(sandbox, "tr '\\0' '\\1' </proc/self/environ").split("\1"))
        .containsExactlyInAnyOrder(
            "GREETING=hel lo\n'",
            "HOME=/home/agent",
            "LANG=C.UTF-8",
            "PATH=/usr/local/bin:/usr/bin:/bin",
            "PWD=/workspace",
            "TMPDIR=/tmp");
  }

  @Test
  void keepsHarmfulVariablesAwayFromTheHost() {
    Sandbox loaded =
        den.open(
            Den.jail(
                Limits.UNSET,
                NetworkMode.NONE,
                Map.of("LD_PRELOAD", "/nowhere.so", "ENV", "/x", "PATH", "/usr/bin:/bin")));
    ExecOutput output = den.run(loaded, "exit 3");
    assertThat(output.exit().code()).isEqualTo(3);
    assertThat(output.stderr().toString().split("\n"))
        .as("only the shells inside and what limits them try to load it")
        .hasSizeLessThanOrEqualTo(3);
    den.discard(loaded);
  }

  @Test
  void showsNoHostFiles() {
    assertThat(den.out(sandbox, "ls -A / | sort | tr '\\n' ' '"))
        .matches(
            "(bin |dev |etc |home |lib |lib32 |lib64 |libx32 |proc |run |sbin |tmp |usr"
                + " |var |workspace ?)+");
    assertThat(den.run(sandbox, "ls " + den.directory).exit().code()).isNotZero();
    assertThat(den.out(sandbox, "ls -A /home /run /var /tmp /workspace /home/agent | xargs"))
        .isEqualTo("/home: agent /home/agent: /run: /tmp: /var: tmp /workspace:");
    assertThat(den.out(sandbox, "cut -d: -f1 /etc/passwd | xargs")).isEqualTo("root agent");
    assertThat(den.run(sandbox, "cat /etc/shadow /etc/ssh/*").exit().code()).isNotZero();
  }

  @Test
  void letsWriteOnlyToWorkspaceHomeAndTmp() {
    for (String place : new String[] {"/workspace", "/home/agent", "/tmp", "/dev/shm"}) {
      assertThat(den.run(sandbox, "echo x >" + place + "/f").exit().code()).as(place).isZero();
    }
    for (String place : new String[] {"/", "/usr", "/etc", "/run", "/var", "/dev", "/home"}) {
      assertThat(den.run(sandbox, "echo x >" + place + "/f").exit().code()).as(place).isNotZero();
    }
  }

  @Test
  void sharesWorkspaceHomeAndTmpBetweenProcessesOfOneSession() {
    den.out(sandbox, "echo 1 >/tmp/a; echo 2 >~/b; echo 3 >c");
    assertThat(den.out(sandbox, "cat /tmp/a ~/b c | xargs")).isEqualTo("1 2 3");
  }

  @Test
  void hidesOneSessionFromAnother() throws Exception {
    Sandbox other = den.open(Den.jail());
    Files.writeString(other.workspace().resolve("secret"), "s");
    String find = "find / \\( -path /proc -o -path /usr \\) -prune -o -name secret -print";
    assertThat(den.out(sandbox, find + " 2>/dev/null; true")).isEmpty();
    assertThat(den.out(sandbox, "stat -c %i /usr"))
        .as("programs are those of the host, where no session is")
        .isEqualTo(String.valueOf(Files.getAttribute(Path.of("/usr"), "unix:ino")));
    assertThat(den.out(other, "find /workspace -name secret")).isEqualTo("/workspace/secret");
    den.discard(other);
  }

  @Test
  void runsAsAnOrdinaryUserInsideAndAsNobodyElseOutside() throws Exception {
    den.out(sandbox, "touch f");
    assertThat(den.out(sandbox, "id -u; id -g")).isEqualTo("1000\n1000");
    int server = (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    int owner = (int) Files.getAttribute(sandbox.workspace().resolve("f"), "unix:uid");
    if (server == 0) {
      assertThat(owner).isGreaterThan(1000);
    } else {
      assertThat(owner).isEqualTo(server);
    }
  }

  @Test
  void holdsNoCapabilityAndGainsNone() {
    assertThat(den.out(sandbox, "grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status | xargs"))
        .isEqualTo(
            "CapInh: 0000000000000000 CapPrm: 0000000000000000 CapEff: 0000000000000000 CapBnd:"
                + " 0000000000000000 CapAmb: 0000000000000000 NoNewPrivs: 1 Seccomp: 2");
  }

  @Test
  void inheritsNoDescriptor() {
    assertThat(den.out(sandbox, "sh -c 'ls /proc/$PPID/fd >/tmp/l'; xargs </tmp/l"))
        .isEqualTo("0 1 2");
  }

  @Test
  void seesOnlyItsOwnProcesses() {
    assertThat(den.out(sandbox, "ls /proc | grep -c '^[0-9]'").length()).isEqualTo(1);
    assertThat(den.out(sandbox, "tr '\\0' ' ' </proc/1/cmdline"))
        .doesNotContain(den.directory.toString());
  }

  @Test
  void hasOnlyALoopback() {
    assertThat(den.out(sandbox, "tail -n +3 /proc/net/dev | cut -d: -f1 | xargs")).isEqualTo("lo");
  }

  @Test
  void hasTheNetworkOfTheHostWhenAsked() throws Exception {
    Sandbox wide = den.open(Den.jail(Limits.UNSET, NetworkMode.HOST, Map.of()));
    assertThat(den.out(wide, "readlink /proc/self/ns/net"))
        .isEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString());
    assertThat(den.out(wide, "cat /etc/resolv.conf"))
        .isEqualTo(Files.readString(Path.of("/etc/resolv.conf")).trim());
    den.discard(wide);
  }

  @Test
  void deniesNewNamespacesMountsAndTracing() {
    for (String attempt :
        new String[] {
          "unshare -U true",
          "unshare -m true",
          "mount -t tmpfs x /tmp",
          "mount --bind /usr /tmp",
          "nsenter -t 1 -n true",
          "chroot / true"
        }) {
      assertThat(den.run(sandbox, attempt).exit().code()).as(attempt).isNotZero();
    }
  }

  @Test
  void letsNodeStartChildren() throws Exception {
    org.junit.jupiter.api.Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/node")), "node is not installed in /usr/bin");
    assertThat(
            den.out(
                sandbox,
                "node -e \"require('child_process').execFile('echo',['hi'],(e,o)=>console.log(e,o))\""))
        .isEqualTo("null hi");
    assertThat(
            den.out(
                sandbox,
                "node -e \"require('net').connect('/tmp/x').on('error',e=>console.log(e.code))\""))
        .isNotEqualTo("ENOENT");
  }
}
