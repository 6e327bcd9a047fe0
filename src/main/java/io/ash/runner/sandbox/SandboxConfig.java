package io.ash.runner.sandbox;

import java.nio.file.Path;

/**
 * Where and how a server keeps its sandboxes.
 *
 * @param directory absolute; made when missing and wholly the server's own
 * @param isolation as the operator chose
 */
public record SandboxConfig(Path directory, Isolation isolation) {}
