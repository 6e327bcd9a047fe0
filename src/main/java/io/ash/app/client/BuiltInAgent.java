package io.ash.app.client;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** An example agent of the jar, as a request that deploys it. */
public final class BuiltInAgent {
  private static final String ROOT = "/agents/";

  private BuiltInAgent() {}

  /** Body of {@code POST /api/agents} for one of the folders below {@code agents/}. */
  public static JsonObject deploy(String folder, String name) {
    return deploy(folder, name, "");
  }

  /**
   * The same with more settings.
   *
   * @param settings lines that are added to its {@code ash.yaml}
   */
  public static JsonObject deploy(String folder, String name, String settings) {
    JsonArray files = new JsonArray();
    for (String path : new String(read("index"), StandardCharsets.UTF_8).split("\n", -1)) {
      if (path.startsWith(folder + "/")) {
        byte[] content = read(path);
        if (path.endsWith("/ash.yaml")) {
          content =
              (new String(content, StandardCharsets.UTF_8) + settings)
                  .getBytes(StandardCharsets.UTF_8);
        }
        files.add(
            new JsonObject()
                .put("path", path.substring(folder.length() + 1))
                .put("content", Base64.getEncoder().encodeToString(content)));
      }
    }
    if (files.isEmpty()) {
      throw new IllegalArgumentException("no built-in agent " + folder);
    }
    return new JsonObject().put("name", name).put("files", files);
  }

  private static byte[] read(String path) {
    try (InputStream in = BuiltInAgent.class.getResourceAsStream(ROOT + path)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + ROOT + path);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
