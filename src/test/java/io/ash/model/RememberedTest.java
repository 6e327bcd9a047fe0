package io.ash.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RememberedTest {
  private final Remembered<String, Integer> two = new Remembered<>(2);

  @Test
  void forgetsTheOldestAboveItsBound() {
    two.put("a", 1);
    two.put("b", 2);
    two.put("c", 3);
    assertThat(two.get("a")).isNull();
    assertThat(two.get("b")).isEqualTo(2);
    assertThat(two.get("c")).isEqualTo(3);
  }

  @Test
  void forgetsWhatItIsToldTo() {
    two.put("a", 1);
    assertThat(two.remove("a")).isEqualTo(1);
    assertThat(two.remove("a")).isNull();
  }

  @Test
  void joinsWhatComesWithWhatIsKnown() {
    two.merge("a", 1, Math::max);
    two.merge("a", 3, Math::max);
    two.merge("a", 2, Math::max);
    assertThat(two.get("a")).isEqualTo(3);
  }
}
