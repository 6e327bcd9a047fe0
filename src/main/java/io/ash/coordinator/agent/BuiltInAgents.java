package io.ash.coordinator.agent;

import io.ash.blob.RelativePath;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The example agents inside the jar: {@code agents/index} lists their files. Blocks. */
public final class BuiltInAgents {
  private static final String PLACE = "/agents/";

  private BuiltInAgents() {}

  /** Their names, sorted. */
  public static List<String> names() {
    return List.copyOf(index().keySet());
  }

  /** The files of one, by path; throws {@link Refused} for a name there is not. */
  public static Map<String, Buffer> files(String name) {
    List<String> paths = index().get(name);
    if (paths == null) {
      throw new Refused(
          Refusal.INVALID_REQUEST,
          "There is no built-in agent "
              + RelativePath.shown(name)
              + "; there are "
              + String.join(", ", names()));
    }
    Map<String, Buffer> files = new LinkedHashMap<>();
    paths.forEach(path -> files.put(path, resource(name + "/" + path)));
    return files;
  }

  private static Map<String, List<String>> index() {
    Map<String, List<String>> index = new TreeMap<>();
    resource("index")
        .toString(StandardCharsets.UTF_8)
        .lines()
        .map(String::strip)
        .filter(line -> line.indexOf('/') > 0)
        .forEach(
            line -> {
              int slash = line.indexOf('/');
              index
                  .computeIfAbsent(line.substring(0, slash), n -> new ArrayList<>())
                  .add(line.substring(slash + 1));
            });
    return index;
  }

  private static Buffer resource(String name) {
    try (InputStream in = BuiltInAgents.class.getResourceAsStream(PLACE + name)) {
      if (in == null) {
        throw new IllegalStateException(PLACE + name + " is missing in this build");
      }
      return Buffer.buffer(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
