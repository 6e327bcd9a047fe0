package io.ash.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test class after which this process holds more of the machine than before it, and the
 * whole run where something is left after the last class.
 *
 * <p>Counts after every class with outside processes (…IT, …Churn); JUnit finds it by itself.
 */
public final class LeavesNothing implements BeforeAllCallback, AfterAllCallback {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final ExtensionContext.Namespace PLACE =
      ExtensionContext.Namespace.create(LeavesNothing.class);

  @Override
  public void beforeAll(ExtensionContext context) {
    if (counts(context)) {
      Run run =
          context.getRoot().getStore(PLACE).getOrComputeIfAbsent("run", any -> begin(), Run.class);
      run.classes++;
      context.getStore(PLACE).put(context.getUniqueId(), Census.take());
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (counts(context)) {
      await(context.getStore(PLACE).get(context.getUniqueId(), Census.class));
    }
  }

  private static boolean counts(ExtensionContext context) {
    String name = context.getRequiredTestClass().getSimpleName();
    return name.endsWith("IT") || name.endsWith("Churn");
  }

  /** The database server of all tests is nobody's leftover: it is there before anything counts. */
  private static Run begin() {
    TestServer.shared();
    return new Run(Census.take());
  }

  /** All classes of a run; JUnit closes it after the last one. */
  private static final class Run implements AutoCloseable {
    private final Census before;
    private int classes;

    Run(Census before) {
      this.before = before;
    }

    @Override
    public void close() {
      await(before);
      System.out.println("CENSUS nothing is left after " + classes + " test classes");
    }
  }

  private static void await(Census before) {
    Awaitility.await()
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(200))
        .untilAsserted(() -> assertThat(look().since(before)).as("what is left").isEmpty());
  }

  /** HTTP clients of the JDK cannot be closed: they end when they are collected. */
  private static Census look() {
    System.gc();
    return Census.take();
  }
}
