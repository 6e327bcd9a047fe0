package io.ash.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Fails a test class after which this process holds more of the machine than before it. */
public final class LeavesNothing implements BeforeAllCallback, AfterAllCallback {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final ExtensionContext.Namespace PLACE =
      ExtensionContext.Namespace.create(LeavesNothing.class);

  @Override
  public void beforeAll(ExtensionContext context) {
    context.getStore(PLACE).put(context.getUniqueId(), Census.take());
  }

  @Override
  public void afterAll(ExtensionContext context) {
    Census before = context.getStore(PLACE).get(context.getUniqueId(), Census.class);
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
