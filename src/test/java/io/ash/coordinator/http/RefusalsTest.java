package io.ash.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.model.Refusal;
import io.ash.model.Refused;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RefusalsTest {
  @ParameterizedTest
  @EnumSource(Refusal.class)
  void rendersEveryRefusalWithItsCode(Refusal refusal) {
    Problem problem = new Problems().problem(new Refused(refusal, "why"), 0);
    assertThat(problem.status()).isBetween(400, 599);
    assertThat(problem.code()).isEqualTo(refusal.code());
    assertThat(problem.message()).isEqualTo("why");
    if (problem.status() == 503 || problem.status() == 429) {
      assertThat(problem.retryAfterSeconds()).isPositive();
    }
  }
}
