package io.ash.model;

import java.util.Locale;
import java.util.Optional;

/** What a sandbox can be limited in: the name of each limit, its range and its usual value. */
public enum LimitKind {
  /** Mebibytes of memory, of all processes together. */
  MEMORY("memoryMb", 16, 1 << 20, 2048),
  /** Percent of one processor. */
  CPU("cpuPercent", 1, 100_000, 100),
  /** Processes and threads. */
  PROCESSES("maxProcesses", 1, 1_000_000, 64),
  /** Mebibytes of workspace, home and /tmp together. */
  DISK("diskMb", 1, 1 << 20, 1024),
  /** Files, directories and links in them. */
  FILES("maxFiles", 64, 100_000_000, 200_000),
  /** Files one process may have open. */
  OPEN_FILES("openFiles", 32, 1 << 20, 4096),
  /** Kibibytes a second that one process may write to its outputs. */
  OUTPUT("outputKbPerSecond", 1, 1 << 20, 32_768),
  /** Seconds a command run beside the agent may take. */
  EXEC("execSeconds", 1, 300, 300);

  private final String key;
  private final int least;
  private final int most;
  private final int usual;

  LimitKind(String key, int least, int most, int usual) {
    this.key = key;
    this.least = least;
    this.most = most;
    this.usual = usual;
  }

  /** Its name in {@code ash.yaml} and in the API, with the unit in it. */
  public String key() {
    return key;
  }

  /** The least that can be asked for. */
  public int least() {
    return least;
  }

  /** The most that can be asked for. */
  public int most() {
    return most;
  }

  /** What applies where nobody asked. */
  public int usual() {
    return usual;
  }

  /** The lower-case name used outside of Java. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The setting by which the operator asks for it: {@code ASH_SANDBOX_MEMORY_MB} and so on. */
  public String setting() {
    return "ASH_SANDBOX_" + key.replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT);
  }

  /** The kind with a name, or nothing. */
  public static Optional<LimitKind> of(String key) {
    for (LimitKind kind : values()) {
      if (kind.key.equals(key)) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }
}
