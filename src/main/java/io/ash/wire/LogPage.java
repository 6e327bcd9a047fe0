package io.ash.wire;

import java.util.List;

/** Log entries of a sandbox, oldest first. */
public record LogPage(List<LogEntry> entries) {}
