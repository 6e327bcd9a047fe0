package io.ash.runner.sandbox;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Looks at the open sandboxes and at what ended ones leave from time to time, one after another on
 * one worker, so that it never takes more than one thread. Thread-safe.
 */
final class LimitWatch {
  private static final Duration PERIOD = Duration.ofSeconds(1);

  private final SandboxTools tools;
  private final Set<Sandbox> open = ConcurrentHashMap.newKeySet();
  private volatile boolean over;

  LimitWatch(SandboxTools tools) {
    this.tools = tools;
  }

  void start() {
    tools.timers().once(PERIOD, this::round);
  }

  void stop() {
    over = true;
  }

  void add(Sandbox sandbox) {
    open.add(sandbox);
  }

  void remove(Sandbox sandbox) {
    open.remove(sandbox);
  }

  private void round() {
    if (over) {
      return;
    }
    tools
        .blocking(
            () -> {
              open.forEach(Sandbox::look);
              tools.orphans().round();
              return null;
            })
        .onComplete(done -> start());
  }
}
