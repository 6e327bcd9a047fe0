package io.ash.wire;

import java.util.UUID;

/** Ask one boot of a runner to give a sandbox back that nothing runs in. */
public record MakeRoom(String runner, UUID incarnation) {}
