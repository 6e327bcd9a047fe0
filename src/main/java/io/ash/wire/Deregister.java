package io.ash.wire;

import java.util.UUID;

/** A runner leaves. */
public record Deregister(String runner, UUID incarnation) {}
