package io.ash.coordinator.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.config.Secret;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class InternalAccessTest {
  @Test
  void asksForTheSecretEvenOnLoopback() {
    InternalAccess access = new InternalAccess(Optional.of(new Secret("s3cret")), true);

    assertThat(access.refusal("Bearer s3cret")).isEmpty();
    for (String header : new String[] {null, "", "Bearer", "Bearer ", "Bearer s3cre", "s3cret"}) {
      assertThat(access.refusal(header))
          .get()
          .isInstanceOfSatisfying(
              Refused.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.UNAUTHORIZED))
          .extracting(Refused::text)
          .isEqualTo("Unauthorized — invalid or missing internal secret");
    }
  }

  @Test
  void isOpenWithoutASecretOnlyWhereNobodyElseCanReachIt() {
    assertThat(new InternalAccess(Optional.empty(), true).refusal(null)).isEmpty();
    assertThat(new InternalAccess(Optional.empty(), false).refusal("Bearer x"))
        .get()
        .extracting(Refused::refusal, Refused::text)
        .containsExactly(
            Refusal.UNAVAILABLE,
            "Internal endpoints disabled — ASH_INTERNAL_SECRET is required in production");
  }
}
