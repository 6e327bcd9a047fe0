package io.ash.coordinator.agent;

import io.vertx.core.buffer.Buffer;
import java.util.List;

/** Where the files of a deploy come from. */
public sealed interface Source {
  /** A folder on the disk of the server. */
  record ServerPath(String path) implements Source {}

  /**
   * Files of the request, put over those of an earlier upload.
   *
   * @param files may be empty
   */
  record Uploaded(List<UploadedFile> files) implements Source {
    public Uploaded {
      files = List.copyOf(files);
    }
  }

  /** An example agent of the jar. */
  record BuiltIn(String name) implements Source {}

  /** One file of a request, decoded. */
  record UploadedFile(String path, Buffer content) {}
}
