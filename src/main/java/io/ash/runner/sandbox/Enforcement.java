package io.ash.runner.sandbox;

import java.util.Locale;

/** Who holds a limit. */
public enum Enforcement {
  /** A control group, for all processes of the sandbox together. */
  CGROUP,
  /** A resource limit of the kernel; PROCESSES: for all together, DISK: for each file. */
  RLIMIT,
  /** Nobody: the limit is not in force. */
  NONE;

  /** The lower-case name used outside of Java. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
