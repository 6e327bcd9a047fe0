package io.ash.wire;

import io.ash.model.Binding;

/**
 * Ask for log entries.
 *
 * @param after entries with a higher index; -1 for all
 */
public record ReadLogs(Binding binding, long after) {}
