package io.ash.coordinator.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateFileTest {
  @TempDir Path dir;

  @Test
  void makesTheCredentialKeyOnceForItsOwnerOnly() throws Exception {
    String first = CredentialKey.in(dir).reveal();

    assertThat(first).hasSize(43);
    assertThat(CredentialKey.in(dir).reveal()).isEqualTo(first);
    assertThat(rights(dir.resolve(CredentialKey.FILE))).isEqualTo("rw-------");
    try (var files = Files.list(dir)) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void takesRightsOfOthersAway() throws Exception {
    Path file = Files.writeString(dir.resolve(CredentialKey.FILE), "restored from a backup\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

    assertThat(CredentialKey.in(dir).reveal()).isEqualTo("restored from a backup");
    assertThat(rights(file)).isEqualTo("rw-------");
  }

  @Test
  void doesNotFollowALink() throws Exception {
    Files.createSymbolicLink(dir.resolve(CredentialKey.FILE), Path.of("/etc/hostname"));

    assertThatThrownBy(() -> CredentialKey.in(dir))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("regular file");
  }

  @Test
  void goesOnAfterACrashWhileWriting() throws Exception {
    Files.writeString(dir.resolve(CredentialKey.FILE + ".new"), "half");

    assertThat(CredentialKey.in(dir).reveal()).hasSize(43);
  }

  private static String rights(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }
}
