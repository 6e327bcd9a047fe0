package io.ash.runner.sandbox;

import io.ash.model.Limits;
import java.nio.file.Path;

/**
 * Where and how a server keeps its sandboxes.
 *
 * @param directory absolute; made when missing and wholly the server's own
 * @param isolation as the operator chose
 * @param limits what the operator asks for every sandbox that does not ask itself
 * @param allowed the most that a sandbox may ask for
 * @param diskImages whether a disk limit somebody asked for may be a file system of its own
 */
public record SandboxConfig(
    Path directory, Isolation isolation, Limits limits, Limits allowed, boolean diskImages) {
  /** With the usual limits. */
  public SandboxConfig(Path directory, Isolation isolation) {
    this(directory, isolation, Limits.UNSET, Limits.UNSET, true);
  }
}
