package io.ash.wire;

import java.util.UUID;

/**
 * One boot of a runner says that it is there.
 *
 * @param runner its id
 * @param incarnation this boot
 */
public record RegisterRunner(
    String runner, UUID incarnation, String host, int port, int maxSandboxes) {}
