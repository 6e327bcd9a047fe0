package io.ash.coordinator.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The user under which the server runs; PostgreSQL refuses to run as root.
 *
 * @param uid numeric user, never 0 for a server
 * @param gid numeric group
 */
record Account(int uid, int gid) {
  /** The user this process runs as. */
  static Account own() throws IOException {
    Path self = Path.of("/proc/self");
    return new Account(
        (Integer) Files.getAttribute(self, "unix:uid"),
        (Integer) Files.getAttribute(self, "unix:gid"));
  }

  boolean isRoot() {
    return uid == 0;
  }

  /**
   * The account for a cluster: this process's own, or for root the owner the cluster has, {@code
   * postgres}, or {@code nobody}.
   */
  static Account choose(Path cluster) throws IOException {
    Account own = own();
    boolean exists = Files.exists(cluster);
    int owner = exists ? Directories.owner(cluster) : own.uid();
    if (!own.isRoot()) {
      if (owner != own.uid()) {
        throw new CannotStart(
            cluster
                + " belongs to user "
                + owner
                + ", this process runs as user "
                + own.uid()
                + "; start it as that user or as root, or change the owner with chown -R");
      }
      return own;
    }
    if (owner != 0) {
      return new Account(owner, (Integer) Files.getAttribute(cluster, "unix:gid"));
    }
    return known("postgres")
        .or(() -> known("nobody"))
        .orElseThrow(
            () ->
                new CannotStart(
                    "PostgreSQL refuses to run as root and /etc/passwd has neither a user postgres"
                        + " nor nobody; add one, start ash as another user, or set"
                        + " ASH_DATABASE_URL"));
  }

  /** Whether initdb will find a name for this user. */
  boolean hasName() {
    return passwd().values().stream().anyMatch(a -> a.uid == uid);
  }

  private static Optional<Account> known(String name) {
    return Optional.ofNullable(passwd().get(name)).filter(a -> !a.isRoot());
  }

  private static Map<String, Account> passwd() {
    try {
      return Files.readAllLines(Path.of("/etc/passwd"), StandardCharsets.ISO_8859_1).stream()
          .map(line -> line.split(":", -1))
          .filter(f -> f.length > 3 && f[2].matches("\\d{1,9}") && f[3].matches("\\d{1,9}"))
          .collect(
              Collectors.toMap(
                  f -> f[0],
                  f -> new Account(Integer.parseInt(f[2]), Integer.parseInt(f[3])),
                  (first, second) -> first));
    } catch (IOException e) {
      return Map.of();
    }
  }
}
