package io.ash.runner.workspace;

import io.ash.model.Refusal;
import io.ash.model.Refused;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Answers about the files of a session as they are at the moment. Blocks; for one thread. */
public final class Glance {
  private final WorkspaceFiles workspace;
  private final WorkspaceFiles home;

  Glance(WorkspaceFiles workspace, WorkspaceFiles home) {
    this.workspace = workspace;
    this.home = home;
  }

  /**
   * The text of a regular file, empty where there is none or it has more than {@code most} bytes.
   *
   * @param most at most 1 MiB
   */
  public String text(Place place, String path, int most) throws IOException {
    try {
      FilePart part = in(place).read(path, 0, most);
      return part.size() > most ? "" : part.bytes().toString(StandardCharsets.UTF_8);
    } catch (Refused e) {
      if (e.refusal() == Refusal.FILE_NOT_FOUND || e.refusal() == Refusal.FILE_REFUSED) {
        return "";
      }
      throw e;
    }
  }

  /** Whether a regular file has this path. */
  public boolean has(Place place, String path) throws IOException {
    return in(place).has(path);
  }

  private WorkspaceFiles in(Place place) {
    return place == Place.WORKSPACE ? workspace : home;
  }
}
