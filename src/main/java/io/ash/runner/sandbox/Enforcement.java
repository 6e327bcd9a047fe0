package io.ash.runner.sandbox;

import java.util.Locale;

/** Who holds a limit. */
public enum Enforcement {
  /** A control group, for all processes of the sandbox together. */
  CGROUP,
  /** A resource limit of the kernel; PROCESSES: for all together, OPEN_FILES: for each. */
  RLIMIT,
  /** A file system of the sandbox's own with so much room. */
  QUOTA,
  /** The server looks from time to time and kills; the size of each file is held by the kernel. */
  POLLING,
  /** The server, which stands between the processes and what they use. */
  SERVER,
  /** Nobody: the limit is not in force. */
  NONE;

  /** The lower-case name used outside of Java. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
