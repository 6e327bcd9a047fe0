package io.ash.runner.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.model.LimitKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written into the files of a group; the kernel's part is in the tests with processes. */
class CgroupPartTest {
  private static final LimitsInForce LIMITS =
      new LimitsInForce(
          Map.of(LimitKind.MEMORY, 512, LimitKind.CPU, 150, LimitKind.PROCESSES, 32), Map.of());
  private static final Set<String> ALL = Set.of("memory", "cpu", "pids");

  @TempDir Path group;

  private void files(String... names) throws IOException {
    for (String name : names) {
      Files.createFile(group.resolve(name));
    }
  }

  private String file(String name) throws IOException {
    return Files.readString(group.resolve(name));
  }

  @Test
  void limitsInTheUnifiedHierarchy() throws IOException {
    files("memory.max", "memory.swap.max", "cpu.max", "pids.max");
    new CgroupPart(group, true, ALL).limit(LIMITS);
    assertThat(file("memory.max")).isEqualTo("536870912");
    assertThat(file("memory.swap.max")).isEqualTo("0");
    assertThat(file("cpu.max")).isEqualTo("150000 100000");
    assertThat(file("pids.max")).as("32, and what builds jails").isEqualTo("80");
  }

  @Test
  void limitsInTheOldHierarchiesWithoutSwapAccounting() throws IOException {
    files("memory.limit_in_bytes", "cpu.cfs_period_us", "cpu.cfs_quota_us", "pids.max");
    new CgroupPart(group, false, ALL).limit(LIMITS);
    assertThat(file("memory.limit_in_bytes")).isEqualTo("536870912");
    assertThat(file("cpu.cfs_quota_us")).isEqualTo("150000");
    assertThat(group.resolve("memory.memsw.limit_in_bytes")).doesNotExist();
  }

  @Test
  void countsProcessesKilledForWantOfMemory() throws IOException {
    CgroupPart part = new CgroupPart(group, true, ALL);
    assertThat(part.oomKills()).isZero();
    Files.writeString(group.resolve("memory.events"), "oom 4\noom_kill 3\noom_group_kill 0\n");
    assertThat(part.oomKills()).isEqualTo(3);
  }

  @Test
  void knowsWhenItStandsStill() throws IOException {
    CgroupPart part = new CgroupPart(group, true, ALL);
    Files.writeString(group.resolve("cgroup.events"), "populated 1\nfrozen 0\n");
    assertThat(part.frozen()).isFalse();
    Files.writeString(group.resolve("cgroup.events"), "populated 1\nfrozen 1\n");
    assertThat(part.frozen()).isTrue();
  }
}
