package io.ash.runner.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ash.model.Limits;
import io.ash.model.NetworkMode;
import io.ash.model.Refused;
import io.ash.testing.Census;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Hosts of several kinds. */
class HostIT {
  @Test
  void worksBelowADirectoryThatOthersCannotPass() throws Exception {
    Path closed = Census.directory("closed");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(closed)))
        .isEqualTo("rwx------");
    Path tool = Files.writeString(closed.resolve("tool"), "#!/bin/sh\necho tool\n");
    Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString("rwxr-xr-x"));
    try (Den den = new Den(closed.resolve("data/sandboxes"), Isolation.AUTO)) {
      Jail jail =
          new Jail(
              "s-1",
              List.of(new Bind(tool, "/opt/tool"), Bind.same(tool)),
              Map.of(),
              Limits.UNSET,
              NetworkMode.NONE,
              "den");
      Sandbox sandbox = den.open(jail);
      assertThat(den.out(sandbox, "/opt/tool; " + tool + "; echo x >f; cat f"))
          .isEqualTo("tool\ntool\nx");
      den.discard(sandbox);
    } finally {
      DirectoryRemoval.remove(closed);
    }
  }

  @Test
  void startsPlainProcessesWithoutIsolationAndEndsThemAll() throws IOException {
    try (Den den = new Den(Census.directory("den"), Isolation.NONE)) {
      assertThat(den.sandboxes.isolation()).isEqualTo(Isolation.NONE);
      Sandbox sandbox = den.open(Den.jail(Limits.UNSET, NetworkMode.NONE, Map.of("A", "b")));
      assertThat(den.out(sandbox, "pwd; echo $A $HOME; env | cut -d= -f1 | sort | xargs"))
          .isEqualTo(
              sandbox.workspace()
                  + "\nb "
                  + sandbox.home()
                  + "\nA ASH_SANDBOX HOME LANG PATH PWD TMPDIR");
      assertThat(sandbox.inside(Jail.WORKSPACE + "/x")).isEqualTo(sandbox.workspace() + "/x");
      den.run(sandbox, "(setsid sh -c 'sleep 9998 & sleep 9998' >/dev/null 2>&1 &)");
      den.discard(sandbox);
      assertThat(ProcessTree.carrying(SandboxHost.id(den.directory))).isEmpty();
    }
  }

  @Test
  void refusesAnOldBubblewrapWithTheRemedy() {
    BubblewrapVersion.check("bubblewrap 0.8.0");
    BubblewrapVersion.check("bubblewrap 1.0");
    assertThatThrownBy(() -> BubblewrapVersion.check("bubblewrap 0.4.1"))
        .isInstanceOf(SandboxUnavailable.class)
        .hasMessageContaining("0.8");
  }

  @Test
  void saysWhichPackageIsMissing() {
    assertThatThrownBy(() -> Programs.need("no-such-program", "no-such-package"))
        .isInstanceOf(SandboxUnavailable.class)
        .hasMessageContaining("apt-get install no-such-package");
  }

  @Test
  void refusesANameThatIsOpen() throws Exception {
    try (Den den = Den.make()) {
      Jail jail = Den.jail();
      Sandbox sandbox = den.open(jail);
      assertThatThrownBy(() -> den.open(jail)).isInstanceOf(Refused.class);
      den.discard(sandbox);
      Sandbox again = den.open(jail);
      den.discard(again);
    }
  }
}
