package io.ash.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LimitsTest {
  @Test
  void readsWhatAnOperatorWrites() {
    assertThat(Limits.parse("memoryMb=512, diskMb=9").byKey())
        .containsExactly(java.util.Map.entry("memoryMb", 512), java.util.Map.entry("diskMb", 9));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "memory=1 | limits such as",
        "memoryMb | memoryMb= with a whole number from 16",
        "memoryMb=x | memoryMb=",
        "memoryMb=1 | memoryMb=",
        "memoryMb=99999999999 | memoryMb=",
        "memoryMb=64;diskMb=1 | memoryMb=",
      })
  void saysWhatWouldBeRight(String text, String message) {
    assertThatThrownBy(() -> Limits.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void namesTheFieldThatAsksForTooMuch() {
    Limits allowed = Limits.parse("execSeconds=10");
    assertThatThrownBy(() -> Limits.of(LimitKind.EXEC, 11).orThrowAbove(allowed))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("limits.execSeconds");
    Limits.of(LimitKind.EXEC, 10).orThrowAbove(allowed);
    Limits.of(LimitKind.MEMORY, 1 << 20).orThrowAbove(allowed);
  }

  @Test
  void putsTheWishOverTheAgent() {
    assertThat(Limits.of(LimitKind.CPU, 50).over(Limits.parse("cpuPercent=10,memoryMb=64")).byKey())
        .containsEntry("cpuPercent", 50)
        .containsEntry("memoryMb", 64);
  }

  @Test
  void namesTheSettingOfEachKind() {
    assertThat(LimitKind.OUTPUT.setting()).isEqualTo("ASH_SANDBOX_OUTPUT_KB_PER_SECOND");
    assertThat(LimitKind.FILES.setting()).isEqualTo("ASH_SANDBOX_MAX_FILES");
  }
}
