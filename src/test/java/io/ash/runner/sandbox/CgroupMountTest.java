package io.ash.runner.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CgroupMountTest {
  @Test
  void findsTheUnifiedHierarchy() {
    assertThat(
            CgroupMount.parse(
                List.of(
                    "29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate",
                    "30 23 0:27 / /proc rw - proc proc rw"),
                List.of("0::/user.slice/user-1000.slice/a.scope")))
        .containsExactly(
            new CgroupMount(
                true,
                Path.of("/sys/fs/cgroup"),
                Path.of("/sys/fs/cgroup/user.slice/user-1000.slice/a.scope"),
                Set.of()));
  }

  @Test
  void findsBothVersionsSideBySide() {
    assertThat(
            CgroupMount.parse(
                List.of(
                    "1 0 0:1 / /c/cpu rw - cgroup cgroup rw,cpu,cpuacct",
                    "2 0 0:2 / /c/memory rw - cgroup cgroup rw,memory",
                    "3 0 0:3 / /c/systemd rw - cgroup cgroup rw,xattr,name=systemd",
                    "4 0 0:4 / /c/unified rw - cgroup2 cgroup2 rw"),
                List.of("3:cpu,cpuacct:/x", "2:memory:/y", "1:name=systemd:/z", "0::/")))
        .containsExactlyInAnyOrder(
            new CgroupMount(
                false, Path.of("/c/cpu"), Path.of("/c/cpu/x"), Set.of("cpu", "cpuacct")),
            new CgroupMount(false, Path.of("/c/memory"), Path.of("/c/memory/y"), Set.of("memory")),
            new CgroupMount(
                false, Path.of("/c/systemd"), Path.of("/c/systemd/z"), Set.of("name=systemd")),
            new CgroupMount(true, Path.of("/c/unified"), Path.of("/c/unified"), Set.of()));
  }

  @Test
  void takesTheTopWhereAContainerHidesTheRest() {
    assertThat(
            CgroupMount.parse(
                List.of("1 0 0:1 /docker/abc /sys/fs/cgroup rw - cgroup2 cgroup rw"),
                List.of("0::/docker/abc")))
        .extracting(CgroupMount::own)
        .containsExactly(Path.of("/sys/fs/cgroup"));
    assertThat(
            CgroupMount.parse(
                List.of("1 0 0:1 / /sys/fs/cgroup rw - cgroup2 cgroup rw"),
                List.of("0::/../other")))
        .extracting(CgroupMount::own)
        .containsExactly(Path.of("/sys/fs/cgroup"));
  }

  @Test
  void findsNothingWhereNothingIsMounted() {
    assertThat(CgroupMount.parse(List.of(), List.of("0::/"))).isEmpty();
  }
}
