package io.ash.runner.sandbox;

import io.ash.model.Limits;
import io.ash.process.Spawner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The chain by which a process gets into a sandbox, and nothing else: groups with limits, a shell
 * that enters them, a user of its own, the filter, the smallest bubblewrap. What a sandbox costs is
 * measured against it. Blocks; for one thread.
 */
public final class BareLaunch implements AutoCloseable {
  private static final String ENTER =
      "n=$1; shift; "
          + "while [ \"$n\" -gt 0 ]; do echo 0 >\"$1\" || exit 125; shift; n=$((n-1)); done; "
          + "exec 9<\"$1\"; shift; exec \"$@\"";
  private static final List<String> REST =
      List.of("--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--seccomp", "9", "echo", "R");

  private final Spawner spawner;
  private final Cgroups cgroups;
  private final GroupRegister register;
  private final LimitsInForce limits;
  private final Path filter;
  private final List<String> command;
  private final AtomicInteger numbers = new AtomicInteger();

  private BareLaunch(
      Spawner spawner,
      Cgroups cgroups,
      GroupRegister register,
      LimitsInForce limits,
      Path filter,
      List<String> command) {
    this.spawner = spawner;
    this.cgroups = cgroups;
    this.register = register;
    this.limits = limits;
    this.filter = filter;
    this.command = command;
  }

  /** Finds out what this host has; the directory is wholly its own. */
  public static BareLaunch open(Path directory, Spawner spawner) throws IOException {
    String name = SandboxHost.id(directory);
    int uid = (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    GroupRegister register = GroupRegister.ofHost(uid, name);
    register.enter();
    Cgroups cgroups = Cgroups.discover(name, spawner);
    register.note(cgroups.bases());
    Path filter = directory.resolve("seccomp.bpf");
    Files.write(
        filter, SeccompFilter.forArchitecture(Architecture.of(System.getProperty("os.arch", ""))));
    LimitsInForce limits =
        new LimitRules(cgroups.capabilities(false), Limits.UNSET, Limits.UNSET)
            .settle(Limits.UNSET);
    return new BareLaunch(spawner, cgroups, register, limits, filter, command(spawner, uid == 0));
  }

  private static List<String> command(Spawner spawner, boolean root) throws IOException {
    List<String> line = new ArrayList<>();
    if (root) {
      String other = Integer.toString(UidRange.ofHost().take());
      line.addAll(
          List.of(
              Programs.need("setpriv", "util-linux"),
              "--reuid=" + other,
              "--regid=" + other,
              "--clear-groups"));
    }
    line.add(BubblewrapVersion.need(spawner));
    line.addAll(Bubblewrap.NAMESPACES);
    line.addAll(SystemFiles.trees());
    line.addAll(REST);
    return List.copyOf(line);
  }

  /** Makes the groups and starts a process that writes one word. */
  public Started start() throws IOException {
    Cgroup group = cgroups.create("bare-" + numbers.incrementAndGet(), limits);
    List<String> line = new ArrayList<>(List.of("/bin/sh", "-c", ENTER, "ash-launch"));
    line.add(Integer.toString(group.entrances().size()));
    line.addAll(group.entrances());
    line.add(filter.toString());
    line.addAll(command);
    ProcessBuilder builder = Spawner.builder(line.toArray(String[]::new));
    return new Started(Spawned.await(spawner.start(builder)), group);
  }

  /** A process on its way into its sandbox. */
  public static final class Started {
    private final Process process;
    private final Cgroup group;

    private Started(Process process, Cgroup group) {
      this.process = process;
      this.group = group;
    }

    /** Waits until the process speaks, which it does in its sandbox only. */
    public void speaks() throws IOException {
      if (process.getInputStream().read() != 'R') {
        throw new SandboxUnavailable("the bare launch of a sandbox does not work here");
      }
    }

    /** Waits for its end and takes its groups away. */
    public void end() {
      process.onExit().join();
      for (int tries = 0; !group.remove() && tries < 10_000; tries++) {
        Thread.onSpinWait();
      }
    }
  }

  @Override
  public void close() {
    cgroups.bases().forEach(Cgroups::remove);
    register.leave();
  }
}
