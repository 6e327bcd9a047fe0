package io.ash.runner.sandbox;

/** What a sandbox can be limited in. */
public enum LimitKind {
  MEMORY,
  CPU,
  PROCESSES,
  DISK
}
