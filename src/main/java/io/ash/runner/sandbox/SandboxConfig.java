package io.ash.runner.sandbox;

import io.ash.model.Limits;
import java.nio.file.Path;

/**
 * Where and how a server keeps its sandboxes.
 *
 * @param directory absolute; made when missing and wholly the server's own
 * @param isolation as the operator chose
 * @param limits of a sandbox that asks for none; enforced as far as the host can
 */
public record SandboxConfig(Path directory, Isolation isolation, Limits limits) {
  /** With the usual limits. */
  public SandboxConfig(Path directory, Isolation isolation) {
    this(directory, isolation, Limits.UNSET);
  }
}
