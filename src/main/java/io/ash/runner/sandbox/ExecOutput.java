package io.ash.runner.sandbox;

import io.vertx.core.buffer.Buffer;

/**
 * What a command run to its end left.
 *
 * @param stdout as much as was kept
 * @param stderr as much as was kept
 * @param exit how it ended
 * @param timedOut it was killed because its time was over
 * @param truncated it wrote more than was kept
 */
public record ExecOutput(
    Buffer stdout, Buffer stderr, Exit exit, boolean timedOut, boolean truncated) {}
