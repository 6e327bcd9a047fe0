package io.ash.coordinator.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the server says of itself in {@code postmaster.pid}.
 *
 * @param pid process of the postmaster
 * @param status starting, ready, standby or stopping; empty while the file is being written
 */
record PidFile(long pid, String status) {
  private static final int STATUS_LINE = 7;

  static Optional<PidFile> read(Path cluster) throws IOException {
    try {
      String text =
          Files.readString(cluster.resolve("postmaster.pid"), StandardCharsets.ISO_8859_1);
      List<String> lines = text.lines().toList();
      if (lines.isEmpty() || !lines.get(0).strip().matches("\\d{1,10}")) {
        return Optional.empty();
      }
      String status = lines.size() > STATUS_LINE ? lines.get(STATUS_LINE).strip() : "";
      return Optional.of(new PidFile(Long.parseLong(lines.get(0).strip()), status));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  boolean isReady(long process) {
    return pid == process && status.equals("ready");
  }
}
