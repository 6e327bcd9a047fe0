package io.ash.runner.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineLookTest {
  @TempDir private Path directory;

  @BeforeEach
  void machineOfEightGibibytes() throws IOException {
    write("meminfo", "MemTotal:  8388608 kB\nMemFree: 1 kB\nMemAvailable:  4194304 kB\n");
    write("self/mountinfo", "");
    write("self/cgroup", "");
  }

  private void write(String path, String text) throws IOException {
    Path file = directory.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private MachineState look() throws IOException {
    return new MachineLook(directory, directory).look();
  }

  @Test
  void seesTheMemoryOfTheMachine() throws IOException {
    MachineState seen = look();
    assertThat(seen.totalMb()).isEqualTo(8192);
    assertThat(seen.availableMb()).isEqualTo(4096);
    assertThat(seen.stalled()).isZero();
    assertThat(seen.diskFreeMb()).isPositive();
  }

  @Test
  void seesHowLongProcessesWaitForMemory() throws IOException {
    write(
        "pressure/memory",
        "some avg10=40.00 avg60=0.00 avg300=0.00 total=1\nfull avg10=12.50 avg60=0.00 avg300=0.00 total=1\n");
    assertThat(look().stalled()).isEqualTo(12.5);
  }

  @Test
  void keepsToTheTightestGroupAboveItself() throws IOException {
    write("self/mountinfo", "1 0 0:1 / " + directory + "/cg rw - cgroup2 cgroup2 rw\n");
    write("self/cgroup", "0::/pod/server\n");
    write("cg/pod/memory.max", "1073741824\n");
    write("cg/pod/memory.current", "943718400\n");
    write("cg/pod/memory.stat", "anon 1\ninactive_file 104857600\n");
    write("cg/pod/server/memory.max", "max\n");
    MachineState seen = look();
    assertThat(seen.totalMb()).isEqualTo(1024);
    assertThat(seen.availableMb()).isEqualTo(1024 - 900 + 100);
  }

  @Test
  void readsTheOldHierarchyToo() throws IOException {
    write("self/mountinfo", "1 0 0:1 / " + directory + "/mem rw - cgroup cgroup rw,memory\n");
    write("self/cgroup", "4:memory:/box\n");
    write("mem/memory.limit_in_bytes", "9223372036854771712\n");
    write("mem/box/memory.limit_in_bytes", "536870912\n");
    write("mem/box/memory.usage_in_bytes", "524288000\n");
    write("mem/box/memory.stat", "total_inactive_file 10485760\n");
    MachineState seen = look();
    assertThat(seen.totalMb()).isEqualTo(512);
    assertThat(seen.availableMb()).isEqualTo(12 + 10);
  }

  @Test
  void looksAtThisMachine() throws IOException {
    MachineState seen = new MachineLook(directory).look();
    assertThat(seen.totalMb()).isPositive();
    assertThat(seen.availableMb()).isPositive().isLessThanOrEqualTo(seen.totalMb());
  }
}
