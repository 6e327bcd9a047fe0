package io.ash.coordinator.embedded;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Settings of the server, given on its command line, so they win over the files in the cluster.
 *
 * @param values name to value as in postgresql.conf
 */
public record ServerSettings(Map<String, String> values) {
  public ServerSettings {
    values = Map.copyOf(values);
  }

  /** For data that matters: every commit is on disk before it is answered. */
  public static ServerSettings durable() {
    return new ServerSettings(
        Map.ofEntries(
            Map.entry("listen_addresses", ""),
            Map.entry("port", "5432"),
            Map.entry("unix_socket_permissions", "0700"),
            Map.entry("max_connections", "100"),
            Map.entry("shared_buffers", "64MB"),
            Map.entry("fsync", "on"),
            Map.entry("synchronous_commit", "on"),
            Map.entry("full_page_writes", "on"),
            Map.entry("wal_level", "minimal"),
            Map.entry("max_wal_senders", "0"),
            Map.entry("max_wal_size", "512MB"),
            Map.entry("checkpoint_completion_target", "0.9"),
            Map.entry("jit", "off"),
            Map.entry("timezone", "UTC"),
            Map.entry("log_timezone", "UTC"),
            // Errors go to the client that caused them; the file keeps what concerns the server.
            Map.entry("log_min_messages", "log"),
            Map.entry("log_checkpoints", "off"),
            Map.entry("cluster_name", "ash")));
  }

  /** The same without waiting for disks, for data that may vanish with the machine. */
  public static ServerSettings forgetful() {
    return durable()
        .with("fsync", "off")
        .with("synchronous_commit", "off")
        .with("full_page_writes", "off");
  }

  /** These settings with one changed or added. */
  public ServerSettings with(String name, String value) {
    Map<String, String> changed = new TreeMap<>(values);
    changed.put(name, value);
    return new ServerSettings(changed);
  }

  List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    new TreeMap<>(values)
        .forEach(
            (name, value) -> {
              arguments.add("-c");
              arguments.add(name + "=" + value);
            });
    return arguments;
  }
}
