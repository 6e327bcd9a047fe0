package io.ash.house;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The door table: which room may import which.
 *
 * <p>A room is a package below the root; a class belongs to the deepest room its package starts
 * with.
 *
 * @param root package all rooms lie in
 * @param doors room to the rooms it may import
 */
record Rooms(String root, Map<String, Set<String>> doors) {

  /** The house itself. */
  static final Rooms ASH = ash();

  /** The room of a package, or nothing for a package outside the house. */
  Optional<String> roomOf(String packageName) {
    if (!packageName.startsWith(root + ".")) {
      return Optional.empty();
    }
    String inside = packageName.substring(root.length() + 1);
    while (!doors.containsKey(inside)) {
      int dot = inside.lastIndexOf('.');
      if (dot < 0) {
        return Optional.of(inside);
      }
      inside = inside.substring(0, dot);
    }
    return Optional.of(inside);
  }

  /** Whether {@code from} may import {@code to}; a room without a row may import nothing. */
  boolean open(String from, String to) {
    return from.equals(to) || doors.getOrDefault(from, Set.of()).contains(to);
  }

  private static Rooms ash() {
    Set<String> foundation = Set.of("model", "config", "time", "telemetry", "blob");
    Set<String> trade = plus(foundation, "coordinator.store", "wire");
    Map<String, Set<String>> doors = new LinkedHashMap<>();
    // foundation
    doors.put("model", Set.of());
    doors.put("config", Set.of());
    doors.put("time", Set.of());
    doors.put("process", Set.of());
    doors.put("telemetry", Set.of("config", "time", "model"));
    doors.put("blob", Set.of("model", "time", "telemetry"));
    doors.put("archive", Set.of("model", "blob"));
    doors.put("blob.depot", Set.of("model", "time", "config", "blob"));
    // corridor
    doors.put("wire", Set.of("model"));
    doors.put("link", plus(foundation, "wire"));
    // coordinator wing
    doors.put("coordinator.store", plus(foundation, "wire", "blob.depot"));
    doors.put("coordinator.embedded", Set.of("process", "time", "config", "telemetry"));
    doors.put("coordinator.auth", trade);
    doors.put("coordinator.agent", plus(trade, "coordinator.auth"));
    doors.put("coordinator.journal", trade);
    doors.put("coordinator.fleet", plus(trade, "coordinator.journal"));
    doors.put(
        "coordinator.session",
        plus(
            trade,
            "coordinator.journal",
            "coordinator.fleet",
            "coordinator.agent",
            "coordinator.auth",
            "archive"));
    doors.put(
        "coordinator.http",
        plus(
            trade,
            "archive", // which names lists leave out
            "coordinator.auth",
            "coordinator.agent",
            "coordinator.journal",
            "coordinator.fleet",
            "coordinator.session"));
    doors.put("coordinator.upkeep", plus(trade, "blob.depot"));
    doors.put(
        "coordinator",
        plus(
            trade,
            "coordinator.upkeep",
            "coordinator.auth",
            "coordinator.agent",
            "coordinator.journal",
            "coordinator.fleet",
            "coordinator.session",
            "coordinator.http"));
    // runner wing
    doors.put("runner.sandbox", plus(foundation, "process"));
    doors.put("runner.dialect", foundation);
    doors.put("runner.workspace", plus(foundation, "archive"));
    doors.put("runner.egress", foundation);
    doors.put(
        "runner",
        plus(
            foundation,
            "wire",
            "process", // only to hand the spawner on: the rule for calls stays
            "runner.sandbox",
            "runner.dialect",
            "runner.workspace",
            "runner.egress"));
    // roof
    Set<String> below = Set.copyOf(doors.keySet());
    doors.put("app", plus(below, "app.client", "app.bench"));
    doors.put("app.client", Set.of("time", "config", "process"));
    doors.put("app.bench", Set.of("time", "app.client"));
    return new Rooms("io.ash", doors);
  }

  private static Set<String> plus(Set<String> rooms, String... more) {
    Set<String> all = new LinkedHashSet<>(rooms);
    all.addAll(Set.of(more));
    return all;
  }
}
