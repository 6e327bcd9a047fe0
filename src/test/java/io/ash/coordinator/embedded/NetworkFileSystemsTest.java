package io.ash.coordinator.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkFileSystemsTest {
  @ParameterizedTest
  @ValueSource(strings = {"nfs", "nfs4", "CIFS", "smb3", "fuse.sshfs", "9p", "ceph"})
  void knowsDisksOfOtherMachines(String type) {
    assertThat(NetworkFileSystems.isNetwork(type)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay", "fuseblk"})
  void letsDisksOfThisMachinePass(String type) {
    assertThat(NetworkFileSystems.isNetwork(type)).isFalse();
  }

  @Test
  void letsThisDirectoryPass(@TempDir Path directory) {
    assertThatCode(() -> NetworkFileSystems.refuse(directory)).doesNotThrowAnyException();
  }
}
