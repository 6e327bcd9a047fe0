package io.ash.telemetry;

import com.sun.management.OperatingSystemMXBean;
import io.ash.time.Ticker;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What this process takes of its machine, sampled in the background and shown as meters.
 *
 * <p>Sampling reads a few files below {@code /proc} and {@code /sys}: call it on a worker thread.
 * Reading the meters never does.
 */
public final class ProcessFacts {
  private static final Path PROC = Path.of("/proc/self");
  private static final int PAGE_BYTES = 4096;

  private final Ticker ticker;
  private final OperatingSystemMXBean system =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private final double cpus;
  private final double memoryLimit;
  private long sampledAt;
  private long cpuNanos;
  private volatile Sample latest = new Sample(0, 0, 0, 0, 0);

  /** One look at the process. */
  private record Sample(
      double cpuFraction, double residentBytes, double received, double sent, double cpuSeconds) {}

  public ProcessFacts(Metrics metrics, Ticker ticker) {
    this.ticker = ticker;
    CgroupLimits limits = CgroupLimits.read(PROC.resolve("cgroup"), Path.of("/sys/fs/cgroup"));
    int machine = Runtime.getRuntime().availableProcessors();
    this.cpus = Math.min(limits.cpus().orElse(machine), machine);
    this.memoryLimit =
        Math.min(
            limits.memoryBytes().orElse(Double.MAX_VALUE), (double) system.getTotalMemorySize());
    this.sampledAt = ticker.nanos();
    this.cpuNanos = system.getProcessCpuTime();
    register(metrics.registry());
  }

  /** Looks once; rounds must not overlap. */
  public void sample() {
    long now = ticker.nanos();
    long cpu = system.getProcessCpuTime();
    double fraction = now == sampledAt ? 0 : (cpu - cpuNanos) / (double) (now - sampledAt) / cpus;
    sampledAt = now;
    cpuNanos = cpu;
    double[] bytes = network(lines(PROC.resolve("net/dev")));
    latest = new Sample(fraction, resident(), bytes[0], bytes[1], cpu / 1e9);
  }

  private void register(MeterRegistry registry) {
    gauge(registry, "process.cpu.limit", "Processors this process may use.", () -> cpus);
    gauge(
        registry,
        "process.cpu.limit.ratio",
        "Processor time used, as a fraction of the limit.",
        () -> latest.cpuFraction());
    gauge(
        registry,
        "process.memory.limit.bytes",
        "Memory this process may use: the limit of its control groups, else that of the machine.",
        () -> memoryLimit);
    gauge(
        registry,
        "process.resident.memory.bytes",
        "Resident memory of this process.",
        () -> latest.residentBytes());
    gauge(
        registry,
        "process.memory.limit.ratio",
        "Resident memory as a fraction of the limit.",
        () -> latest.residentBytes() / memoryLimit);
    counter(
        registry,
        "process.cpu.seconds",
        "Processor time used by this process.",
        this,
        f -> f.latest.cpuSeconds());
    counter(
        registry,
        "process.network.receive.bytes",
        "Bytes received on the network of this process, loopback left out.",
        this,
        f -> f.latest.received());
    counter(
        registry,
        "process.network.transmit.bytes",
        "Bytes sent on the network of this process, loopback left out.",
        this,
        f -> f.latest.sent());
  }

  private static void gauge(
      MeterRegistry registry,
      String name,
      String about,
      java.util.function.Supplier<Number> value) {
    Gauge.builder(name, value).description(about).register(registry);
  }

  private static void counter(
      MeterRegistry registry,
      String name,
      String about,
      ProcessFacts facts,
      java.util.function.ToDoubleFunction<ProcessFacts> value) {
    FunctionCounter.builder(name, facts, value).description(about).register(registry);
  }

  private static double resident() {
    List<String> lines = lines(PROC.resolve("statm"));
    String[] words = lines.isEmpty() ? new String[0] : lines.get(0).split(" ", -1);
    return words.length < 2 ? 0 : Double.parseDouble(words[1]) * PAGE_BYTES;
  }

  /** Sums of received and sent bytes; each line is {@code name: received … sent …}. */
  static double[] network(List<String> lines) {
    double[] sums = new double[2];
    for (String line : lines) {
      int colon = line.indexOf(':');
      if (colon > 0 && !line.substring(0, colon).strip().equals("lo")) {
        String[] numbers = line.substring(colon + 1).strip().split(" +", -1);
        if (numbers.length >= 9) {
          sums[0] += Double.parseDouble(numbers[0]);
          sums[1] += Double.parseDouble(numbers[8]);
        }
      }
    }
    return sums;
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return List.of();
    }
  }
}
