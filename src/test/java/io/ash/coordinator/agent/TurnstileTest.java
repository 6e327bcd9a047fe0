package io.ash.coordinator.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.model.Refused;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TurnstileTest {
  private final Turnstile turnstile = new Turnstile(2, 2);
  private final List<Promise<String>> running = new ArrayList<>();

  private Future<String> enter() {
    return turnstile.run(
        () -> {
          Promise<String> work = Promise.promise();
          running.add(work);
          return work.future();
        });
  }

  @Test
  void letsWaitersInAsOthersLeaveAndRefusesACrowd() {
    Future<String> first = enter();
    enter();
    enter();
    enter();

    assertThat(running).hasSize(2);
    assertThat(enter().cause()).isInstanceOf(Refused.class);

    running.get(0).complete("done");
    running.get(1).fail("broken");

    assertThat(first.result()).isEqualTo("done");
    assertThat(running).hasSize(4);

    running.get(2).complete("x");
    running.get(3).complete("x");

    assertThat(turnstile.idle()).isTrue();
  }

  @Test
  void goesOnAfterWorkThatThrows() {
    Future<String> broken =
        turnstile.run(
            () -> {
              throw new IllegalStateException("bug");
            });

    assertThat(broken.cause()).hasMessage("bug");
    assertThat(turnstile.idle()).isTrue();
  }
}
