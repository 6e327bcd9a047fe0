package io.ash.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ash.model.Refused;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileNamesTest {
  @ParameterizedTest
  @ValueSource(strings = {"", "/etc/passwd", "..", "a/../b", "a\\..\\b", "a/..", "a\0b"})
  void refusesPathsThatLeaveTheWorkspace(String path) {
    assertThatThrownBy(() -> FileNames.safe(path)).isInstanceOf(Refused.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "a/b.txt", "..a/b..c", ".hidden", "ä/日本"})
  void takesPathsInside(String path) {
    assertThat(FileNames.safe(path)).isEqualTo(path);
  }

  @Test
  void tellsTheTypeAndNameOfADownload() {
    assertThat(FileNames.contentType("a/B.JSON")).isEqualTo("application/json");
    assertThat(FileNames.contentType("Makefile")).isEqualTo("application/octet-stream");
    assertThat(FileNames.contentType("a.d/file")).isEqualTo("application/octet-stream");
    assertThat(FileNames.attachment("d/a b\"é.txt"))
        .isEqualTo("attachment; filename*=UTF-8''a%20b%22%C3%A9.txt");
  }
}
