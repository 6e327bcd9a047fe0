package io.ash.runner.sandbox;

import java.util.Locale;

/** Why a process of a sandbox ended. */
public enum Cause {
  /** By itself, with its exit code. */
  EXITED,
  /** By a signal that the server did not send. */
  SIGNAL,
  /** The kernel killed it because the sandbox had no memory left. */
  OUT_OF_MEMORY,
  /** By itself and not well, after the sandbox was refused another process. */
  PROCESS_LIMIT,
  /** The server killed it because the sandbox holds more than its disk limit. */
  DISK_LIMIT,
  /** The kernel ended it because it made a file larger than the disk limit. */
  FILE_SIZE,
  /** The server killed it because its time was over. */
  TIMEOUT,
  /** The server killed it. */
  KILLED,
  /** Its jail could not be built; its error output says why. */
  NOT_LAUNCHED;

  /** The lower-case name used outside of Java. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
