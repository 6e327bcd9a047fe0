package io.ash.coordinator.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ash.config.Secret;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import java.util.List;
import org.junit.jupiter.api.Test;

class SealsTest {
  private final Seals seals = Seals.with(new Secret("a key"));

  @Test
  void opensWhatItSealedForTheSameContext() {
    String sealed = seals.seal("session 1", "grün\0e Wörter");

    assertThat(sealed).startsWith("v1.").doesNotContain("grün");
    assertThat(Seals.with(new Secret("a key")).open("session 1", sealed))
        .isEqualTo("grün\0e Wörter");
  }

  @Test
  void neverSealsTheSameWayTwice() {
    assertThat(seals.seal("c", "x")).isNotEqualTo(seals.seal("c", "x"));
  }

  @Test
  void doesNotOpenInAnotherRow() {
    assertRefused(seals, "session 2", seals.seal("session 1", "secret"), "belongs elsewhere");
  }

  @Test
  void saysThatTheKeyIsAnotherOne() {
    assertRefused(
        Seals.with(new Secret("other")),
        "c",
        seals.seal("c", "secret"),
        "another ASH_CREDENTIAL_KEY");
  }

  @Test
  void doesNotOpenWhatWasChanged() {
    String sealed = seals.seal("c", "secret");
    String start = sealed.substring(0, sealed.lastIndexOf('.') + 1);
    String flipped =
        sealed.substring(0, sealed.length() - 5)
            + (sealed.charAt(sealed.length() - 5) == 'A' ? 'B' : 'A')
            + sealed.substring(sealed.length() - 4);

    for (String bad :
        List.of(
            "",
            "v1",
            "v2.a.b",
            "secret",
            flipped,
            start,
            start + "AAAA",
            start + "!!",
            sealed + ".x")) {
      assertThatThrownBy(() -> seals.open("c", bad)).as(bad).isInstanceOf(Refused.class);
    }
  }

  @Test
  void refusesToStoreSecretsWithoutAKey() {
    assertThat(Seals.without().ready()).isFalse();
    assertThatThrownBy(() -> Seals.without().seal("c", "secret"))
        .isInstanceOfSatisfying(
            Refused.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.NOT_CONFIGURED))
        .hasMessageContaining("ASH_CREDENTIAL_KEY");
  }

  private static void assertRefused(Seals seals, String context, String sealed, String why) {
    assertThatThrownBy(() -> seals.open(context, sealed))
        .isInstanceOf(Refused.class)
        .hasMessageContaining(why);
  }
}
