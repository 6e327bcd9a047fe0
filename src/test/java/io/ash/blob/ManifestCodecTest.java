package io.ash.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ash.blob.ManifestEntry.Directory;
import io.ash.blob.ManifestEntry.File;
import io.ash.blob.ManifestEntry.Link;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestCodecTest {
  private static final String KEY = "ab".repeat(32);

  @Test
  void readsWhatItWrote() throws Exception {
    Manifest tree =
        new Manifest(
            List.of(
                new File("dir/größe.txt", 0644, 1_700_000_000_123L, 5, List.of(KEY)),
                new Directory("dir", 0755, 0),
                new Directory("empty", 0700, 42),
                new File("nothing", 0600, 0, 0, List.of()),
                new Link("dir/up", "../nothing")));

    assertThat(ManifestCodec.read(ManifestCodec.write(tree))).isEqualTo(tree);
  }

  @Test
  void writesTheSameBytesInWhateverOrderTheTreeWasFound() {
    File a = new File("a", 0644, 1, 0, List.of());
    File b = new File("b", 0644, 1, 0, List.of());

    assertThat(ManifestCodec.write(new Manifest(List.of(b, a))))
        .isEqualTo(ManifestCodec.write(new Manifest(List.of(a, b))))
        .asString(StandardCharsets.UTF_8)
        .startsWith(
            "{\"version\":1,\"entries\":[{\"path\":\"a\",\"type\":\"file\",\"mode\":420,\"mtime\":1,"
                + "\"size\":0,\"chunks\":[]},");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/etc/passwd",
        "..",
        "../x",
        "a/../../x",
        "a/./b",
        "./a",
        "a//b",
        "a/",
        "a\0b",
        "\ud800",
        "."
      })
  void refusesPathsThatLeadElsewhere(String path) {
    assertThatThrownBy(() -> new File(path, 0644, 0, 0, List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Link(path, "x")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () ->
                read(
                    "{\"version\":1,\"entries\":[{\"path\":"
                        + quoted(path)
                        + ",\"type\":\"dir\",\"mode\":1,\"mtime\":1}]}"))
        .isInstanceOf(BadManifest.class);
  }

  @Test
  void refusesPathsThatAreTooLongOrTooDeep() {
    assertThatThrownBy(() -> RelativePath.checked("x".repeat(256))).hasMessageContaining("255");
    assertThatThrownBy(() -> RelativePath.checked("a/".repeat(64) + "a"))
        .hasMessageContaining("deeper");
    assertThat(RelativePath.checked("a/".repeat(63) + "a")).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{}",
        "{\"version\":2,\"entries\":[]}",
        "{\"version\":1,\"entries\":[]} x",
        "{\"version\":1,\"entries\":[]}{}",
        "{\"version\":1,\"entries\":[],\"more\":1}",
        "{\"version\":1,\"entries\":[1]}",
        "{\"version\":1,\"entries\":[null]}",
        "{\"version\":1,\"entries\":[{\"path\":\"a\",\"type\":\"fifo\",\"mode\":1,\"mtime\":1}]}",
        "{\"version\":1,\"entries\":[{\"path\":\"a\",\"path\":\"b\",\"type\":\"dir\",\"mode\":1,\"mtime\":1}]}",
        "{\"version\":1,\"entries\":[{\"path\":\"a\",\"type\":\"link\"}]}",
        "{\"version\":1,\"entries\":[{\"path\":\"a\",\"type\":\"link\",\"target\":\"\"}]}",
        "{\"version\":1,\"entries\":[{\"path\":\"a\",\"type\":\"file\",\"mode\":1,\"mtime\":1,\"size\":1,\"chunks\":[]}]}",
        "{\"version\":1,\"entries\":[{\"path\":\"a\",\"type\":\"file\",\"mode\":1,\"mtime\":1,\"size\":1,\"chunks\":[null]}]}",
        "{\"version\":1,\"entries\":[{\"path\":\"a\",\"type\":\"file\",\"mode\":1,\"mtime\":1,\"size\":1,\"chunks\":[\"../x\"]}]}",
        "{\"version\":1,\"entries\":[{\"path\":\"a\",\"type\":\"file\",\"mode\":1,\"mtime\":1,\"size\":-1,\"chunks\":[]}]}",
        "{\"version\":1,\"entries\":[{\"path\":\"a\",\"type\":\"dir\",\"mode\":1.5,\"mtime\":1}]}",
        "{\"version\":1,\"entries\":[{\"path\":\"a\",\"type\":\"dir\",\"mode\":1,\"mtime\":1,\"x\":1}]}",
        "{\"version\":1,\"entries\":[[[[[[[[]]]]]]]]}"
      })
  void refusesWhatItNeverWrote(String json) {
    assertThatThrownBy(() -> read(json)).isInstanceOf(BadManifest.class);
  }

  @Test
  void refusesTheSamePathTwiceAndThingsBelowALink() {
    File file = new File("a", 0644, 0, 0, List.of());
    assertThatThrownBy(() -> new Manifest(List.of(file, new Directory("a", 0755, 0))))
        .hasMessageContaining("twice");
    assertThatThrownBy(
            () -> new Manifest(List.of(new Link("l", "/etc"), file("l/x/passwd"), file("z"))))
        .hasMessageContaining("no directory");
    assertThatThrownBy(
            () ->
                new Manifest(
                    List.of(new Link("l", "/etc"), new Directory("l/x", 0755, 0), file("l/x/p"))))
        .hasMessageContaining("no directory");
    assertThatThrownBy(() -> new Manifest(List.of(file, file("a/b"))))
        .hasMessageContaining("no directory");
  }

  @Test
  void takesAwayBitsAndTimesThatMustNotComeBack() {
    File file = new File("a", 04777, Long.MIN_VALUE, 0, List.of());

    assertThat(file.mode()).isEqualTo(0777);
    assertThat(file.mtime()).isZero();
  }

  private static File file(String path) {
    return new File(path, 0644, 0, 0, List.of());
  }

  private static Manifest read(String json) throws BadManifest {
    return ManifestCodec.read(json.getBytes(StandardCharsets.UTF_8));
  }

  private static String quoted(String text) {
    StringBuilder out = new StringBuilder("\"");
    text.chars().forEach(c -> out.append(String.format("\\u%04x", c)));
    return out.append('"').toString();
  }
}
