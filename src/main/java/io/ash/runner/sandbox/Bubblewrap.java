package io.ash.runner.sandbox;

import io.ash.model.LimitKind;
import io.ash.model.NetworkMode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Builds jails with bubblewrap.
 *
 * <p>Its arguments go through a file that is deleted once it is open: they hold the environment,
 * and a command line can be read by every user of the host. The environment of bubblewrap itself
 * and of what runs before it is empty, so that nothing a session sets can act outside of its jail.
 */
final class Bubblewrap implements Wrapping {
  private static final FileAttribute<?> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  /** What every jail is cut off from. */
  static final List<String> NAMESPACES =
      List.of(
          "--unshare-all",
          "--unshare-user",
          "--disable-userns",
          "--uid",
          "1000",
          "--gid",
          "1000",
          "--cap-drop",
          "ALL",
          "--die-with-parent",
          "--new-session",
          "--clearenv");

  private static final List<String> DEVICES =
      List.of(
          "--proc",
          "/proc",
          "--dev",
          "/dev",
          "--size",
          "67108864",
          "--tmpfs",
          "/dev/shm",
          "--remount-ro",
          "/dev");
  private static final List<String> EMPTY =
      List.of("--dir", "/run", "--dir", "/var", "--symlink", "../tmp", "/var/tmp");

  private final String program;
  private final SystemFiles system;
  private final HostPaths reach;
  private final Path filter;
  private final Path launches;

  /** Gives the command the output that went past the builder. */
  private static final List<String> OUTPUT =
      List.of("/bin/sh", "-c", "exec \"$@\" >&7 7>&-", "ash-run");

  private final AtomicLong numbers = new AtomicLong();

  Bubblewrap(String program, SystemFiles system, HostPaths reach, Path filter, Path launches) {
    this.program = program;
    this.system = system;
    this.reach = reach;
    this.filter = filter;
    this.launches = launches;
  }

  @Override
  public Wrapped wrap(Jail jail, SandboxPlace place, LimitsInForce limits, Command command)
      throws IOException {
    byte[] arguments =
        String.join("\0", arguments(jail, place, command))
            .concat("\0")
            .getBytes(StandardCharsets.UTF_8);
    Path file = launches.resolve(jail.name() + "." + numbers.incrementAndGet());
    Files.createFile(file, PRIVATE);
    Files.write(file, arguments, StandardOpenOption.WRITE);
    List<String> line = new ArrayList<>(way(jail.space(), place));
    line.addAll(List.of(program, "--args", "8", "--"));
    line.addAll(processLimit(limits));
    if (command.heard()) {
      line.addAll(OUTPUT);
    }
    line.addAll(command.argv());
    return new Wrapped(line, Map.of(), null, file, filter);
  }

  private List<String> arguments(Jail jail, SandboxPlace place, Command command)
      throws IOException {
    List<String> all = new ArrayList<>(NAMESPACES);
    if (jail.network() != NetworkMode.NONE) {
      all.add("--share-net");
    }
    all.addAll(List.of("--hostname", jail.hostname()));
    all.addAll(system.arguments(reach, jail.network()));
    all.addAll(DEVICES);
    all.addAll(List.of("--bind", reach.of(place.tmp()), "/tmp"));
    all.addAll(List.of("--bind", reach.of(place.workspace()), Jail.WORKSPACE));
    all.addAll(List.of("--bind", reach.of(place.home()), Jail.HOME));
    for (Bind bind : jail.readOnly()) {
      all.addAll(List.of("--ro-bind", reach.of(bind.host().toRealPath()), bind.inside()));
    }
    all.addAll(EMPTY);
    JailEnvironment.of(jail, Jail.HOME, "/tmp")
        .forEach((name, value) -> all.addAll(List.of("--setenv", name, value)));
    all.addAll(List.of("--chdir", command.directory(), "--remount-ro", "/", "--seccomp", "9"));
    return all;
  }

  /**
   * Becomes the sandbox's own user, in the namespaces of the session and of the server where every
   * path can be reached. A server that is not root enters a user namespace with the network.
   */
  private List<String> way(@Nullable NetworkSpace space, SandboxPlace place) {
    String mounts = place.image() == null ? reach.namespace() : place.image().namespace();
    List<String> enter = new ArrayList<>();
    if (space != null && space.user() != null) {
      enter.add("--user=" + space.user());
      enter.add("--preserve-credentials");
    }
    if (space != null) {
      enter.add("--net=" + space.path());
    }
    if (mounts != null) {
      enter.add("--mount=" + mounts);
    }
    String uid = Integer.toString(place.uid());
    if (enter.isEmpty()) {
      return place.uid() < 0
          ? List.of()
          : List.of(
              Programs.need("setpriv", "util-linux"),
              "--reuid=" + uid,
              "--regid=" + uid,
              "--clear-groups");
    }
    if (place.uid() >= 0) {
      enter.addAll(List.of("--setuid=" + uid, "--setgid=" + uid));
    }
    enter.add(0, Programs.need("nsenter", "util-linux"));
    return enter;
  }

  /** Counted inside the jail's user namespace, where only the sandbox's processes are. */
  private static List<String> processLimit(LimitsInForce limits) {
    return limits.of(LimitKind.PROCESSES) == Enforcement.RLIMIT
        ? List.of("/usr/bin/prlimit", "--nproc=" + (limits.processes() + depthInside()), "--")
        : List.of();
  }

  private static int depthInside() {
    return 2;
  }

  @Override
  public int depth() {
    return 2;
  }

  @Override
  public String inside(SandboxPlace place, String path) {
    return path;
  }
}
