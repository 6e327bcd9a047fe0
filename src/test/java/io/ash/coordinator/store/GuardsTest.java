package io.ash.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Under READ COMMITTED a statement that waited for a row reads only that row afresh, so what
 * decides over a head must stand in the head itself.
 */
class GuardsTest {
  private static final Pattern UPDATE_OF_HEAD =
      Pattern.compile("update head\\b(.*?)(returning|\"\"\")", Pattern.DOTALL);
  private static final Pattern OTHER_TABLES =
      Pattern.compile("\\b(from|join)\\s+(turn|event|runner|session|delta_\\d)\\b");

  @Test
  void guardsOfHeadLookAtNoOtherTable() throws IOException {
    List<String> leaks = new ArrayList<>();
    int seen = 0;
    try (Stream<Path> files = Files.list(Path.of("src/main/java/io/ash/coordinator/store"))) {
      for (Path file : files.filter(f -> f.toString().endsWith("Store.java")).toList()) {
        Matcher update = UPDATE_OF_HEAD.matcher(Files.readString(file));
        while (update.find()) {
          seen++;
          if (OTHER_TABLES.matcher(update.group(1)).find()) {
            leaks.add(file.getFileName() + ": " + update.group());
          }
        }
      }
    }
    assertThat(seen).isGreaterThan(5);
    assertThat(leaks).isEmpty();
  }
}
