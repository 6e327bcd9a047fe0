package io.ash.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupLimitsTest {
  @TempDir Path dir;

  private void file(String path, String text) throws IOException {
    Path file = dir.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private CgroupLimits read() {
    return CgroupLimits.read(dir.resolve("cgroup"), dir.resolve("fs"));
  }

  @Test
  void version2TakesTheTightestGroupOnTheWayUp() throws IOException {
    file("cgroup", "0::/a/b\n");
    file("fs/a/b/cpu.max", "max 100000\n");
    file("fs/a/cpu.max", "50000 100000\n");
    file("fs/a/b/memory.max", "1000000\n");
    file("fs/a/memory.max", "max\n");

    assertThat(read().cpus()).hasValue(0.5);
    assertThat(read().memoryBytes()).hasValue(1_000_000);
  }

  @Test
  void version1IsReadFromItsOwnHierarchies() throws IOException {
    file("cgroup", "4:memory:/x\n2:cpu,cpuacct:/x\n");
    file("fs/cpu/x/cpu.cfs_quota_us", "200000\n");
    file("fs/cpu/x/cpu.cfs_period_us", "100000\n");
    file("fs/memory/x/memory.limit_in_bytes", "4096\n");

    assertThat(read().cpus()).hasValue(2);
    assertThat(read().memoryBytes()).hasValue(4096);
  }

  @Test
  void noLimitIsNoLimit() throws IOException {
    file("cgroup", "4:memory:/\n2:cpu:/\n0::/\n");
    file("fs/cpu/cpu.cfs_quota_us", "-1\n");
    file("fs/cpu/cpu.cfs_period_us", "100000\n");
    file("fs/memory/memory.limit_in_bytes", "9223372036854771712\n");

    assertThat(read())
        .isEqualTo(
            new CgroupLimits(java.util.OptionalDouble.empty(), java.util.OptionalDouble.empty()));
  }

  @Test
  void networkLeavesLoopbackOut() {
    assertThat(
            ProcessFacts.network(
                List.of(
                    "Inter-|   Receive",
                    "    lo: 10 0 0 0 0 0 0 0 10 0",
                    "  eth0: 7 0 0 0 0 0 0 0 5 0",
                    "  eth1: 1 0 0 0 0 0 0 0 2 0")))
        .containsExactly(8, 7);
  }
}
