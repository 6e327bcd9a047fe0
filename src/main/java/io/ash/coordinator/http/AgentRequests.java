package io.ash.coordinator.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ash.coordinator.agent.Deploy;
import io.ash.coordinator.agent.Source;
import io.ash.coordinator.agent.Source.UploadedFile;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads what clients send about agents; everything throws {@link Invalid} with all problems. */
final class AgentRequests {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]*");
  private static final int MOST_FILES = 10_000;
  private static final int MOST_VARIABLES = 256;
  private static final int LONGEST_PROMPT = 1_000_000;

  private AgentRequests() {}

  /** A change of an agent; null leaves a part as it is. */
  record Patch(@Nullable Map<String, String> env, @Nullable JsonObject config) {}

  /** A deploy. Decodes the files, which takes a while for large ones. */
  static Deploy deploy(String tenant, Fields body) {
    String name = body.required("name", 1, 255);
    if (!NAME.matcher(name).matches()) {
      body.problem("name", "must consist of letters, digits, '_' and '-'");
    }
    String prompt = body.text("systemPrompt", LONGEST_PROMPT);
    Map<String, String> env = body.textMap("env", MOST_VARIABLES);
    Source source = source(body);
    body.orThrow();
    return new Deploy(tenant, name, source, prompt, env);
  }

  /** The files of a request that must bring some. */
  static List<UploadedFile> files(Fields body) {
    List<UploadedFile> files = uploaded(body, 1);
    body.orThrow();
    return files;
  }

  static Patch patch(Fields body) {
    Map<String, String> env = body.textMap("env", MOST_VARIABLES);
    ObjectNode config = body.object("config");
    body.orThrow();
    return new Patch(env, config == null ? null : object(config));
  }

  /** The same object in the form the rooms use. */
  static JsonObject object(ObjectNode node) {
    return new JsonObject(Json.text(node));
  }

  private static Source source(Fields body) {
    String path = body.get("path") == null ? null : body.required("path", 1, 4096);
    String builtIn = body.text("builtin", 255);
    boolean files = body.get("files") != null;
    if ((path != null && (builtIn != null || files)) || (builtIn != null && files)) {
      body.problem("path", "goes alone: send one of path, files and builtin");
    }
    if (path != null) {
      return new Source.ServerPath(path);
    }
    if (builtIn != null) {
      return new Source.BuiltIn(builtIn);
    }
    return new Source.Uploaded(files ? uploaded(body, 0) : List.of());
  }

  private static List<UploadedFile> uploaded(Fields body, int least) {
    List<UploadedFile> files = new ArrayList<>();
    for (Fields file : body.each("files", least, MOST_FILES)) {
      String path = file.required("path", 1, 4096);
      files.add(new UploadedFile(path, FileUpload.base64(file, "content")));
    }
    return files;
  }
}
