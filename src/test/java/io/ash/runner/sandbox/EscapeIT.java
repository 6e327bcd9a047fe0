package io.ash.runner.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.model.Limits;
import io.ash.model.NetworkMode;
import io.ash.testing.Census;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Ways out of a sandbox, each really tried inside of one.
 *
 * <p>A probe counts as refused only when the refusal is the one expected, and, where that does no
 * harm, when the same line succeeds as a plain process: a probe that is broken shows.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EscapeIT {
  private static final int LEAST_PROBES = 60;
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private Den den;
  private Den outside;
  private Sandbox sandbox;
  private Sandbox other;
  private Sandbox plain;
  private Path host;
  private ServerSocket server;

  @BeforeAll
  void prepare() throws Exception {
    host = Census.directory("host");
    Files.setPosixFilePermissions(host, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.writeString(host.resolve("secret"), "secret of the host\n");
    server = new ServerSocket(0, 50, InetAddress.getByName("::"));
    den = Den.make();
    sandbox = den.open(Den.jail());
    other =
        den.open(Den.jail(Limits.UNSET, NetworkMode.NONE, Map.of("TOKEN", "other-session-token")));
    Path secret = Files.writeString(other.workspace().resolve("secret"), "of another session\n");
    other.own(secret);
    den.on(() -> other.start(Command.shell("sleep 600"), Stdio.NOBODY));
    outside = new Den(Census.directory("den"), Isolation.NONE);
    plain = outside.open(Den.jail());
    for (Sandbox each : List.of(sandbox, plain)) {
      Path program = each.workspace().resolve("syscall");
      SyscallProgram.write(program);
      each.own(program);
    }
  }

  @AfterAll
  void end() throws IOException {
    server.close();
    den.discard(sandbox);
    den.discard(other);
    den.close();
    outside.discard(plain);
    outside.close();
    DirectoryRemoval.remove(host);
  }

  List<Probe> shell() {
    return ShellProbes.all(
        host.resolve("secret").toString(),
        den.directory.toString(),
        other.workspace().toString(),
        ProcessHandle.current().pid());
  }

  List<Probe> network() {
    return NetworkProbes.all(server.getLocalPort());
  }

  List<Probe> calls() {
    return SyscallProbes.all();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("shell")
  void refusesWhatProgramsTry(Probe probe) {
    refuses(probe);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("calls")
  void refusesSystemCalls(Probe probe) {
    Assumptions.assumeTrue(
        Architecture.of(System.getProperty("os.arch")) == Architecture.X86_64,
        "the program that makes single system calls is one of x86_64");
    refuses(probe);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("network")
  void refusesTheNetwork(Probe probe) {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/node")), "node is not installed in /usr/bin");
    refuses(probe);
  }

  @Test
  void hasEnoughProbesWithAControl() {
    List<Probe> all = new ArrayList<>(shell());
    all.addAll(network());
    all.addAll(calls());
    assertThat(all).extracting(Probe::name).doesNotHaveDuplicates();
    assertThat(all.stream().filter(probe -> probe.control() != null))
        .hasSizeGreaterThan(LEAST_PROBES);
  }

  @Test
  void letsTheProbeMakeHarmlessCalls() {
    Assumptions.assumeTrue(
        Architecture.of(System.getProperty("os.arch")) == Architecture.X86_64,
        "the program that makes single system calls is one of x86_64");
    for (String call : List.of("39", "41 2 1 0", "41 10 2 17", "53 1 1 0 #", "41 16 3 0")) {
      assertThat(den.run(sandbox, "./syscall " + call.replace("#", "'#'")).exit().code())
          .as(call)
          .isZero();
    }
  }

  private void refuses(Probe probe) {
    ExecOutput inside = den.on(() -> sandbox.exec(Command.shell(probe.line()), LIMIT, 100_000));
    String said = (inside.exit().code() + " " + inside.stderr()).replace('\n', ' ');
    assertThat(inside.exit().code()).as("%s: %s", probe.line(), said).isNotZero();
    assertThat(said).as(probe.line()).matches(Pattern.compile(probe.denied(), Pattern.DOTALL));
    control(probe);
  }

  private void control(Probe probe) {
    Probe.Control control = probe.control();
    if (control == null || (control.root() && !den.sandboxes.usersOfTheirOwn())) {
      return;
    }
    ExecOutput free = outside.on(() -> plain.exec(Command.shell(control.line()), LIMIT, 100_000));
    String said = "as a plain process: " + control.line() + ": " + free.stderr();
    if (control.exit() < 0) {
      assertThat(free.exit().code()).as(said).isNotEqualTo(-control.exit());
    } else {
      assertThat(free.exit().code()).as(said).isEqualTo(control.exit());
    }
  }
}
