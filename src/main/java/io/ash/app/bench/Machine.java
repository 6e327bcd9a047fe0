package io.ash.app.bench;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a result depends on besides the server. */
public final class Machine {
  private Machine() {}

  /** Processors, memory, kernel, Java, load. */
  public static JsonObject facts() {
    return new JsonObject()
        .put("processors", Runtime.getRuntime().availableProcessors())
        .put("model", line("/proc/cpuinfo", "model name"))
        .put("memory", line("/proc/meminfo", "MemTotal"))
        .put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"))
        .put("java", System.getProperty("java.vendor") + " " + System.getProperty("java.version"))
        .put(
            "load",
            Latencies.round(ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage()));
  }

  private static String line(String file, String name) {
    try {
      return Files.readAllLines(Path.of(file), StandardCharsets.UTF_8).stream()
          .filter(l -> l.startsWith(name))
          .findFirst()
          .map(l -> l.substring(l.indexOf(':') + 1).strip())
          .orElse("unknown");
    } catch (IOException e) {
      return "unknown";
    }
  }
}
