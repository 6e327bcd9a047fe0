package io.ash.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files that are drawn from code: compared in a test, rewritten with {@code -Dash.write=true}. */
public final class Generated {
  private Generated() {}

  /** Whether files are to be rewritten instead of compared. */
  public static boolean rewriting() {
    return Boolean.getBoolean("ash.write");
  }

  /** Fails where the file differs from what the code says. */
  public static void check(Path file, String expected) throws IOException {
    if (rewriting()) {
      if (file.getParent() != null) {
        Files.createDirectories(file.getParent());
      }
      Files.writeString(file, expected);
    }
    assertThat(file)
        .as("written by: mvn test -Dash.test.args=-Dash.write=true")
        .hasContent(expected);
  }
}
