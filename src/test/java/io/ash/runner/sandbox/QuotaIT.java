package io.ash.runner.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.model.LimitKind;
import io.ash.model.Limits;
import io.ash.model.NetworkMode;
import io.ash.model.Notice;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A disk limit somebody asked for is a file system of the sandbox's own. */
class QuotaIT {
  private static Den den;
  private Sandbox sandbox;

  @BeforeAll
  static void prepare() throws Exception {
    den = Den.make();
  }

  @AfterAll
  static void end() throws IOException {
    den.close();
  }

  @BeforeEach
  void open() {
    sandbox =
        den.open(
            Den.jail(
                Limits.of(LimitKind.DISK, 4).with(LimitKind.FILES, 200),
                NetworkMode.NONE,
                Map.of()));
    boolean hard = sandbox.limits().of(LimitKind.DISK) == Enforcement.QUOTA;
    if (!hard) {
      den.discard(sandbox);
    }
    Assumptions.assumeTrue(hard, "images are mounted by root where there are loop devices");
  }

  @AfterEach
  void discard() throws IOException {
    if (sandbox.limits().of(LimitKind.DISK) == Enforcement.QUOTA) {
      den.discard(sandbox);
      assertThat(sandbox.workspace()).doesNotExist();
      assertThat(den.directory.resolve("images")).isEmptyDirectory();
    }
  }

  @Test
  void holdsTheBytesOfAllPlacesTogether() {
    List<Notice> notices = new CopyOnWriteArrayList<>();
    den.on(
        () -> {
          sandbox.onNotice(notices::add);
          return Future.succeededFuture();
        });
    ExecOutput output =
        den.run(
            sandbox,
            "for i in 1 2 3 4 5 6 7 8; do for d in /workspace /tmp ~; do"
                + " head -c 700000 /dev/zero >$d/f$i || exit 7; done; done");
    assertThat(output.exit().code()).isEqualTo(7);
    assertThat(output.stderr().toString()).contains("No space left on device");
    assertThat(Long.parseLong(den.out(sandbox, "cat /workspace/* /tmp/* ~/* | wc -c")))
        .isBetween(3L << 20, 13L << 20);
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> notices.stream().map(Notice::code).toList().equals(List.of("disk_full")));
    assertThat(den.out(sandbox, "rm /tmp/f1; echo room >/tmp/g; cat /tmp/g")).isEqualTo("room");
  }

  @Test
  void holdsTheNumberOfFiles() {
    String made = den.out(sandbox, "i=0; while touch $i 2>/dev/null; do i=$((i+1)); done; echo $i");
    assertThat(Integer.parseInt(made)).isBetween(100, 300);
  }

  @Test
  void holdsWhatWasDeletedWhileItIsOpen() {
    ExecOutput output =
        den.run(
            sandbox,
            "for i in 3 4 5 6 7 8 9; do eval \"exec $i>f\"; rm f;"
                + " eval \"head -c 3000000 /dev/zero >&$i\" || exit 7; done");
    assertThat(output.exit().code()).isEqualTo(7);
  }

  @Test
  void letsTheServerReadAndWrite() throws IOException {
    Path file = Files.writeString(sandbox.workspace().resolve("by-server"), "hello");
    sandbox.own(file);
    assertThat(den.out(sandbox, "cat by-server; echo x >>by-server")).isEqualTo("hello");
    assertThat(file).hasContent("hellox");
  }

  @Test
  void isNotInTheWayOfOthers() {
    Sandbox other = den.open(Den.jail());
    assertThat(other.limits().of(LimitKind.DISK)).isEqualTo(Enforcement.POLLING);
    assertThat(den.out(other, "cat /proc/self/mountinfo")).doesNotContain("/dev/loop");
    den.discard(other);
  }

  @Test
  void isUnmountedAfterAServerThatWasKilled() throws Exception {
    Den first = Den.make();
    Sandbox left = first.open(Den.jail(Limits.of(LimitKind.DISK, 4), NetworkMode.NONE, Map.of()));
    first.out(left, "echo x >f");
    try (Den next = new Den(first.directory, Isolation.AUTO)) {
      assertThat(left.workspace()).doesNotExist();
      assertThat(Files.readString(Path.of("/proc/self/mountinfo")))
          .doesNotContain(first.directory.toString());
      assertThat(next.directory.resolve("images")).isEmptyDirectory();
      first.discard(left);
      first.sandboxes.close();
      first.vertx.close();
    }
  }

  @Test
  void goesWithTheFrozenAndTheBusy() {
    den.on(
        () -> sandbox.start(Command.shell("exec 3>f; while :; do echo x >&3; done"), Stdio.NOBODY));
    den.on(sandbox::freeze);
  }
}
