package io.ash.coordinator.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SocketDirectoryTest {
  @TempDir Path temporary;

  @Test
  void staysBelowTheDataDirectoryWhereItFits() throws Exception {
    Path socket = SocketDirectory.make(temporary, temporary, "5432", Account.own());
    assertThat(socket).isEqualTo(temporary.resolve("run"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
        .isEqualTo("rwx------");
  }

  @Test
  void measuresPathsInBytes() {
    assertThat(SocketDirectory.fits(Path.of("/" + "a".repeat(92)), "5432")).isTrue();
    assertThat(SocketDirectory.fits(Path.of("/" + "ä".repeat(47)), "5432")).isFalse();
  }

  @Test
  void refusesADirectoryThatSomebodyElsePrepared() throws Exception {
    Path home = Path.of("/" + "x".repeat(120));
    Path socket = SocketDirectory.make(home, temporary, "5432", Account.own());
    Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rwxrwxrwx"));

    assertThatThrownBy(() -> SocketDirectory.make(home, temporary, "5432", Account.own()))
        .isInstanceOf(CannotStart.class)
        .hasMessageContaining("is not a private directory");
  }
}
