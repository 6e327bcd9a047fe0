package io.ash.coordinator.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Builds the command lines that run PostgreSQL's programs as the right user.
 *
 * <p>For an ordinary user that is the program itself. Root changes to the account with {@code
 * setpriv}; where that account cannot enter a directory above the cluster (a 0700 home, say), the
 * program gets a mount namespace of its own in which the cluster also hangs at a place it can
 * enter. The programs die with this process: {@code setpriv} sets a parent-death signal; and they
 * are no part of its terminal's process group, so that Ctrl-C reaches only ash.
 */
final class Launcher {
  private static final List<String> MOUNT_POINTS = List.of("/mnt", "/media", "/srv", "/opt");
  private static final String BIND =
      "while [ \"$1\" != -- ]; do mount --rbind \"$1\" \"$2\" || exit 1; shift 2; done;"
          + " shift; cd / && exec \"$@\"";

  private final Commands commands;
  private final Account account;
  private final boolean changesUser;
  private final Path home;
  private final Path binaries;
  private final Path socket;
  private final Optional<Path> mountPoint;

  private Launcher(
      Commands commands,
      Account account,
      boolean changesUser,
      Path home,
      Path binaries,
      Path socket,
      Optional<Path> mountPoint) {
    this.commands = commands;
    this.account = account;
    this.changesUser = changesUser;
    this.home = home;
    this.binaries = binaries;
    this.socket = socket;
    this.mountPoint = mountPoint;
  }

  /**
   * Finds out how {@code account} reaches the three directories.
   *
   * @throws CannotStart where it cannot, with what to change
   */
  static Launcher find(Commands commands, Account account, Path home, Path binaries, Path socket)
      throws IOException {
    boolean root = Account.own().isRoot();
    Launcher plain =
        new Launcher(commands, account, root, home, binaries, socket, Optional.empty());
    if (!root) {
      return plain;
    }
    if (Commands.find("setpriv").isEmpty()) {
      throw new CannotStart(
          "PostgreSQL refuses to run as root and setpriv is missing; install util-linux, start ash"
              + " as another user, or set ASH_DATABASE_URL");
    }
    Commands.Result reach =
        plain.tryCommand(
            "/bin/sh",
            "-c",
            "for d; do cd \"$d\" || exit 1; done",
            "sh",
            home.toString(),
            binaries.toString(),
            socket.toString());
    if (reach.succeeded()) {
      return plain;
    }
    Path free =
        MOUNT_POINTS.stream()
            .map(Path::of)
            .filter(p -> Files.isDirectory(p, LinkOption.NOFOLLOW_LINKS))
            .findFirst()
            .orElse(home);
    Launcher mounted =
        new Launcher(commands, account, true, home, binaries, socket, Optional.of(free));
    Directories.create(mounted.binariesMount(), "rwxr-xr-x");
    Directories.create(mounted.socketMount(), "rwx------");
    Commands.Result inside = mounted.tryCommand("/bin/sh", "-c", "cd \"$0\"", free.toString());
    if (!inside.succeeded()) {
      throw new CannotStart(
          "user "
              + account.uid()
              + ", who runs PostgreSQL for root, cannot enter "
              + home
              + " ("
              + reach.output()
              + ") and a mount namespace is not possible here ("
              + inside.output()
              + "); make the directories above it enterable with chmod o+x, set ASH_DATA_DIR to"
              + " another place, or set ASH_DATABASE_URL");
    }
    return mounted;
  }

  /** The path under which the program will see a path below one of the three directories. */
  Path inside(Path path) {
    if (mountPoint.isEmpty()) {
      return path;
    }
    Path mounted = path;
    if (path.startsWith(socket)) {
      mounted = socketMount().resolve(socket.relativize(path));
    } else if (path.startsWith(binaries)) {
      mounted = binariesMount().resolve(binaries.relativize(path));
    }
    return mountPoint.get().resolve(home.relativize(mounted));
  }

  /** The full command line for a program and its arguments, paths already {@link #inside}. */
  List<String> command(List<String> program) {
    List<String> command = new ArrayList<>();
    mountPoint.ifPresent(
        free -> {
          command.addAll(List.of("unshare", "-m", "--propagation", "private"));
          command.addAll(List.of("/bin/sh", "-c", BIND, "sh"));
          bind(command, binaries, binariesMount());
          bind(command, socket, socketMount());
          bind(command, home, free);
          command.add("--");
        });
    Commands.find("setsid").ifPresent(command::add);
    Commands.find("setpriv")
        .ifPresent(
            setpriv -> {
              command.add(setpriv);
              if (changesUser) {
                command.add("--reuid=" + account.uid());
                command.add("--regid=" + account.gid());
                command.add("--clear-groups");
              }
              command.addAll(List.of("--pdeathsig", "INT"));
            });
    command.addAll(program);
    return command;
  }

  private static void bind(List<String> command, Path from, Path to) {
    if (!from.equals(to)) {
      command.add(from.toString());
      command.add(to.toString());
    }
  }

  private Path binariesMount() {
    return binaries.startsWith(home) ? binaries : home.resolve("bin");
  }

  private Path socketMount() {
    return home.resolve("run");
  }

  private Commands.Result tryCommand(String... program) throws IOException {
    return commands.run(command(List.of(program)));
  }
}
