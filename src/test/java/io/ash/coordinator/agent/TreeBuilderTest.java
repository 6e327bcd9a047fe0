package io.ash.coordinator.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ash.blob.BlobKeys;
import io.ash.blob.Chunks;
import io.ash.blob.ManifestEntry;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TreeBuilderTest {
  private final TreeBuilder tree = new TreeBuilder(new Chunks(BlobKeys.of("00".repeat(32))));

  @ParameterizedTest
  @ValueSource(strings = {"../x", "/x", "a/../../x", "a/..", ".."})
  void refusesPathsThatEscapeAndNamesThem(String path) {
    assertThatThrownBy(() -> tree.file(path, Buffer.buffer("x"), 1))
        .isInstanceOfSatisfying(
            Refused.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.FILE_REFUSED))
        .hasMessage("Path \"" + path + "\" escapes agent directory");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a\0b", "a//b", "./a", "a/", "."})
  void refusesPathsThatAreNone(String path) {
    assertThatThrownBy(() -> tree.file(path, Buffer.buffer("x"), 1))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("Invalid file path");
  }

  @Test
  void keepsTheTimeOfWhatDidNotChange() {
    tree.file("same", Buffer.buffer("x"), 1).file("other", Buffer.buffer("x"), 1);

    tree.file("same", Buffer.buffer("x"), 2).file("other", Buffer.buffer("y"), 2);

    assertThat(tree.build().manifest().files())
        .extracting(ManifestEntry.File::mtime)
        .containsExactly(2L, 1L);
  }

  @Test
  void makesScriptsExecutable() {
    tree.file("run", Buffer.buffer("#!/bin/sh\n"), 1).file("text", Buffer.buffer("#"), 1);

    assertThat(tree.build().manifest().files())
        .extracting(ManifestEntry.File::mode)
        .containsExactly(0755, 0644);
  }

  @Test
  void refusesAFileBelowAFile() {
    tree.file("a", Buffer.buffer("x"), 1).file("a/b", Buffer.buffer("x"), 1);

    assertThatThrownBy(tree::build)
        .isInstanceOf(Refused.class)
        .hasMessageContaining("\"a/b\"")
        .hasMessageContaining("no directory");
  }

  @Test
  void countsWhatIsThereNotWhatWasReplaced() {
    Buffer large = Buffer.buffer(new byte[40 << 20]);

    tree.file("big", large, 1).file("big", Buffer.buffer(new byte[41 << 20]), 1);

    assertThat(tree.build().manifest().size()).isEqualTo(41L << 20);
    assertThatThrownBy(() -> tree.file("more", large, 1))
        .isInstanceOfSatisfying(
            Refused.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.TOO_LARGE));
  }
}
