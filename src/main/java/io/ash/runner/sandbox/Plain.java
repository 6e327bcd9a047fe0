package io.ash.runner.sandbox;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts plain processes in a session of their own; nothing stands between them and the host. */
final class Plain implements Wrapping {
  @Override
  public Wrapped wrap(Jail jail, SandboxPlace place, LimitsInForce limits, Command command) {
    List<String> line = new ArrayList<>(List.of(Programs.need("setsid", "util-linux")));
    line.addAll(command.argv());
    return new Wrapped(
        line,
        JailEnvironment.of(jail, place.home().toString(), place.tmp().toString()),
        Path.of(inside(place, command.directory())),
        null,
        null);
  }

  @Override
  public int depth() {
    return 0;
  }

  @Override
  public String inside(SandboxPlace place, String path) {
    if (path.equals(Jail.WORKSPACE) || path.startsWith(Jail.WORKSPACE + "/")) {
      return place.workspace() + path.substring(Jail.WORKSPACE.length());
    }
    if (path.equals(Jail.HOME) || path.startsWith(Jail.HOME + "/")) {
      return place.home() + path.substring(Jail.HOME.length());
    }
    return path;
  }
}
