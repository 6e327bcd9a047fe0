package io.ash.app;

import io.ash.config.ConfigProblems;
import io.vertx.config.ConfigRetriever;
import io.vertx.config.ConfigRetrieverOptions;
import io.vertx.config.ConfigStoreOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Reads the settings file and lays the environment over it. */
final class SettingsFile {
  private static final String FILE = "ASH_CONFIG";

  private SettingsFile() {}

  /**
   * Merged settings by name.
   *
   * @param values file and environment, defaults not filled in
   * @param warnings one sentence each, about names that nothing reads
   */
  record Merged(Map<String, String> values, List<String> warnings) {}

  /** Fails with {@link ConfigProblems} where a named file is missing or is not a map of values. */
  static Future<Merged> read(Vertx vertx, Path directory, Map<String, String> environment) {
    Map<String, String> env = new LinkedHashMap<>(environment);
    env.values().removeIf(String::isBlank);
    Optional<Path> named = Optional.ofNullable(env.get(FILE)).map(directory::resolve);
    Path file = named.orElse(directory.resolve("conf/ash.yaml"));
    if (!Files.isReadable(file)) {
      return named.isEmpty() && !Files.exists(file)
          ? Future.succeededFuture(merged(file, new JsonObject(), env))
          : problem(FILE + " names " + file + ", which cannot be read; expected a settings file");
    }
    if (saysNothing(file)) {
      return Future.succeededFuture(merged(file, new JsonObject(), env));
    }
    ConfigStoreOptions store =
        new ConfigStoreOptions()
            .setType("file")
            .setFormat("yaml")
            .setConfig(new JsonObject().put("path", file.toAbsolutePath().toString()));
    ConfigRetriever retriever =
        ConfigRetriever.create(
            vertx, new ConfigRetrieverOptions().addStore(store).setScanPeriod(-1));
    return retriever
        .getConfig()
        .eventually(retriever::close)
        .recover(e -> problem(file + " is not YAML of the form NAME: value (" + firstLine(e) + ")"))
        .map(found -> merged(file, found, env));
  }

  private static Merged merged(Path file, JsonObject found, Map<String, String> env) {
    List<String> problems = new ArrayList<>();
    List<String> warnings = new ArrayList<>();
    Map<String, String> values = new LinkedHashMap<>();
    Set<String> known = Settings.names();
    for (Map.Entry<String, Object> entry : found) {
      Object value = entry.getValue();
      if (value instanceof String || value instanceof Number || value instanceof Boolean) {
        values.put(entry.getKey(), String.valueOf(value));
      } else if (value != null) {
        problems.add(entry.getKey() + " in " + file + " holds a list or map; expected one value");
      }
      if (!known.contains(entry.getKey())) {
        warnings.add(Nearest.unknown(entry.getKey(), known) + " (" + file + ")");
      }
    }
    env.forEach(
        (name, value) -> {
          values.put(name, value);
          if (name.startsWith("ASH_") && !known.contains(name)) {
            warnings.add(Nearest.unknown(name, known) + " (environment)");
          }
        });
    if (!problems.isEmpty()) {
      throw new ConfigProblems(problems);
    }
    return new Merged(values, warnings);
  }

  /** The file as it ships has comments only, which the YAML reader takes for no document at all. */
  private static boolean saysNothing(Path file) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines.map(String::strip).allMatch(l -> l.isEmpty() || l.startsWith("#"));
    } catch (IOException | UncheckedIOException e) {
      return false; // the reader says what is wrong with it
    }
  }

  private static String firstLine(Throwable e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    return String.valueOf(cause.getMessage())
        .lines()
        .limit(3)
        .reduce((a, b) -> a + " " + b)
        .orElse("");
  }

  private static <T> Future<T> problem(String text) {
    return Future.failedFuture(new ConfigProblems(List.of(text)));
  }
}
