package io.ash.wire;

import java.util.List;

/** Batches of many sessions, at most one of each. */
public record AppendEvents(List<EventBatch> batches) {}
