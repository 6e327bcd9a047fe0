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
  void hidesWhatNobodyWroteByHand() {
    assertThat(FileNames.shown("node_modules/x/a.js", true)).isFalse();
    assertThat(FileNames.shown("a/.git/HEAD", true)).isFalse();
    assertThat(FileNames.shown("run.pid", true)).isFalse();
    assertThat(FileNames.shown("tmp/a", true)).isTrue();
    assertThat(FileNames.shown("tmp/a", false)).isFalse();
    assertThat(FileNames.shown(".env", false)).isTrue();
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
