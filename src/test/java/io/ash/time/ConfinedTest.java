package io.ash.time;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ConfinedTest {
  private final Confined here = new Confined();

  @Test
  void letsItsOwnThreadIn() {
    assertThatCode(here::check).doesNotThrowAnyException();
  }

  @Test
  void throwsOnAnotherThreadAndNamesBoth() {
    String mine = Thread.currentThread().getName();
    assertThatThrownBy(() -> CompletableFuture.runAsync(here::check, on("stranger")).join())
        .hasRootCauseInstanceOf(IllegalStateException.class)
        .hasRootCauseMessage("what belongs to " + mine + " was touched on stranger");
  }

  private static java.util.concurrent.Executor on(String name) {
    return task -> new Thread(task, name).start();
  }
}
