package io.ash.model;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NoticeTest {
  @Test
  void refusesDetailsThatCouldStandForSomethingElse() {
    assertThatThrownBy(() -> new Notice("x", "m", null, Map.of("remedy", "other")))
        .hasMessageContaining("remedy");
    assertThatThrownBy(() -> new Notice("x", "m", null, Map.of("list", List.of())))
        .hasMessageContaining("list");
    assertThatThrownBy(() -> Notice.of("Not a code", "m", null)).hasMessageContaining("Not a code");
  }
}
