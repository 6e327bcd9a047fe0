package io.ash.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.house.Generated;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The settings file, the table in the README and the list in the code say the same. */
class SettingsFilesTest {
  private static final String FROM = "<!-- settings -->\n";
  private static final String TO = "<!-- /settings -->\n";

  @Test
  void settingsFileShowsEverySettingWithItsDefault() throws IOException {
    StringBuilder text =
        new StringBuilder(
            """
            # Settings of ash: every setting there is, with its default.
            # Remove the leading '#' to change one. The environment wins over this file.
            """);
    for (Setting s : Settings.all()) {
      text.append("\n# ").append(s.about()).append("\n#").append(s.name()).append(':');
      text.append(s.otherwise().isEmpty() ? "" : " " + s.otherwise()).append('\n');
    }
    Generated.check(Path.of("conf/ash.yaml"), text.toString());
  }

  @Test
  void readmeShowsEverySettingWithItsDefault() throws IOException {
    StringBuilder table =
        new StringBuilder("\n| Setting | Default | What it does |\n|---|---|---|\n");
    for (Setting s : Settings.all()) {
      String otherwise = s.otherwise().isEmpty() ? "" : "`" + s.otherwise() + "`";
      table.append("| `%s` | %s | %s |\n".formatted(s.name(), otherwise, s.about()));
    }
    table.append('\n');
    String readme = Files.readString(Path.of("README.md"));
    assertThat(readme).contains(FROM, TO);
    int from = readme.indexOf(FROM) + FROM.length();
    int to = readme.indexOf(TO);
    Generated.check(Path.of("README.md"), readme.substring(0, from) + table + readme.substring(to));
  }

  @Test
  void everySettingSaysWhatItDoesOnOneLine() {
    assertThat(Settings.all())
        .allSatisfy(s -> assertThat(s.about()).endsWith(".").doesNotContain("\n", "|"));
    assertThat(Settings.names()).hasSameSizeAs(Settings.all());
  }
}
