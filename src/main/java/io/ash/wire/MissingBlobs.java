package io.ash.wire;

import java.util.List;

/** Keys that are not stored. */
public record MissingBlobs(List<String> keys) {}
