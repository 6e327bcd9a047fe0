package io.ash.coordinator.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One file of an upload, decoded.
 *
 * @param path as sent, below the target path
 * @param bytes null where {@code problem} says why it is not written
 */
record FileUpload(String path, @Nullable Buffer bytes, String problem) {
  private static final int MOST = 500;
  private static final long LARGEST = 50 * Bodies.MIB;
  private static final long LARGEST_BATCH = 100 * Bodies.MIB;

  /** Reads {@code files} and {@code targetPath}; takes as long as decoding takes. */
  static List<FileUpload> of(RoutingContext ctx) {
    Fields body = Requests.fields(ctx);
    String target = body.text("targetPath", 4096);
    String below = target == null || target.equals(".") || target.isEmpty() ? "" : target + "/";
    if (!FileNames.inside(below)) {
      body.problem("targetPath", "must be a relative path without ..");
    }
    List<FileUpload> all = new ArrayList<>();
    long batch = 0;
    for (Fields file : body.each("files", 1, MOST)) {
      String path = below + file.required("path", 1, 4096);
      Buffer bytes = base64(file, "content");
      batch += bytes.length();
      all.add(
          bytes.length() > LARGEST
              ? refused(path, "File too large (" + bytes.length() + " bytes, max " + LARGEST + ")")
              : batch > LARGEST_BATCH
                  ? refused(path, "Batch size limit exceeded")
                  : path.endsWith(".DS_Store")
                      ? refused(path, "Skipped: .DS_Store")
                      : FileNames.inside(path)
                          ? new FileUpload(path, bytes, "")
                          : refused(path, "Invalid file path"));
    }
    body.orThrow();
    return all;
  }

  /** The bytes of a base64 field that must be there; notes a problem where it is not. */
  static Buffer base64(Fields fields, String name) {
    String text = fields.required(name, 0, Integer.MAX_VALUE);
    try {
      return Buffer.buffer(Base64.getDecoder().decode(text));
    } catch (IllegalArgumentException e) {
      fields.problem(name, "must be base64");
      return Buffer.buffer();
    }
  }

  private static FileUpload refused(String path, String problem) {
    return new FileUpload(path, null, problem);
  }
}
