package io.ash.runner.sandbox;

import io.ash.process.Spawner;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Sends signals for which Java has no call; blocks for about a millisecond. */
final class Signals {
  private final Spawner spawner;

  Signals(Spawner spawner) {
    this.spawner = spawner;
  }

  /** Sends a signal, such as INT, to processes; those that are gone are left out. */
  void send(String signal, Collection<Long> pids) throws IOException {
    List<String> line =
        new ArrayList<>(
            List.of(
                "/bin/sh",
                "-c",
                "s=$1; shift; for p; do kill -\"$s\" \"$p\" 2>/dev/null; done",
                "ash-signal",
                signal));
    pids.forEach(pid -> line.add(Long.toString(pid)));
    Spawned.await(spawner.start(Spawner.builder(line.toArray(String[]::new)))).onExit().join();
  }
}
