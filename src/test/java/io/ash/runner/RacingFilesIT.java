package io.ash.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ash.model.Binding;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.model.SessionId;
import io.ash.testing.FakeCoordinator;
import io.ash.wire.BundleChunk;
import io.ash.wire.DeleteFile;
import io.ash.wire.Exec;
import io.ash.wire.ExecResult;
import io.ash.wire.FileChunk;
import io.ash.wire.ListFiles;
import io.ash.wire.ReadBundle;
import io.ash.wire.ReadFile;
import io.ash.wire.SnapshotSandbox;
import io.ash.wire.WriteFile;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A program in a real jail puts files, FIFOs, links, hard links and directories under the same
 * names as fast as it can while the server reads, writes, lists, packs and saves.
 */
@Timeout(180)
class RacingFilesIT {
  private static final int ROUNDS = 1500;
  private static final Set<Refusal> FINE = Set.of(Refusal.FILE_NOT_FOUND, Refusal.FILE_REFUSED);

  private static final String RACER =
      """
      use POSIX;
      chdir "/workspace"; mkdir "d"; open O, ">own"; print O "inside"; close O;
      open S, ">started"; close S;
      while (-e "started") {
        open F, ">n"; print F "inside"; close F; rename "n", "d/f";
        POSIX::mkfifo("n", 0666); rename "n", "d/f";
        symlink "/etc/passwd", "n"; rename "n", "d/f";
        symlink "/proc/self/environ", "n"; rename "n", "d/f";
        link "own", "n"; rename "n", "d/f";
        symlink "/dev/zero", "n"; rename "n", "d/f";
        unlink "d/f"; mkdir "d/f"; POSIX::mkfifo("d/f/passwd", 0666);
        unlink "d/f/passwd"; rmdir "d/f";
        rename "d", "e"; symlink "/etc", "d"; unlink "d"; rename "e", "d";
      }
      """;

  @Test
  void nothingLeadsOutsideAndNothingWaits() throws Exception {
    FakeCoordinator coordinator = new FakeCoordinator();
    try (RunnerHouse house = new RunnerHouse("r1", coordinator)) {
      Binding binding =
          house.open(
              SessionId.random(),
              house.builtIn("instant", "agent.sh", "ash.yaml"),
              "sh",
              "agent.sh");
      assumeTrue(
          exec(house, binding, "perl -e 1").exitCode() == 0,
          "no perl in the sandboxes of this host");
      write(house, binding, "race.pl", RACER);
      write(house, binding, "steady", "steady");
      Future<ExecResult> racer = house.runner().exec(new Exec(binding, "perl race.pl", 150_000));
      while (!told(() -> house.runner().readFile(new ReadFile(binding, "started", 0, 1)))) {
        assertThat(racer.isComplete()).as("the racer runs").isFalse();
      }
      Set<String> seen = new HashSet<>();
      for (int i = 0; i < ROUNDS; i++) {
        for (String path : List.of("d/f", "d/passwd", "d/f/passwd", "e/f")) {
          FileChunk read = answer(house.runner().readFile(new ReadFile(binding, path, 0, 4096)));
          if (read != null) {
            seen.add(read.bytes().toString());
          }
        }
        if (i % 50 == 0) {
          answer(house.runner().writeFile(new WriteFile(binding, "d/passwd", Buffer.buffer("x"))));
          answer(house.runner().deleteFile(new DeleteFile(binding, "d/passwd")));
          answer(house.runner().listFiles(new ListFiles(binding, true)));
          assertThat(bundle(house, binding)).doesNotContain("root:x:0:0");
        }
        if (i % 500 == 0) {
          house
              .runner()
              .snapshot(new SnapshotSandbox(binding))
              .otherwiseEmpty()
              .await(60, TimeUnit.SECONDS);
        }
      }

      assertThat(seen).contains("inside").isSubsetOf("inside", "", "x");
      assertThat(racer.isComplete()).as("the racer ran to the end").isFalse();
      assertThat(answer(house.runner().readFile(new ReadFile(binding, "steady", 0, 100))).bytes())
          .isEqualTo(Buffer.buffer("steady"));
      answer(house.runner().deleteFile(new DeleteFile(binding, "started")));
      assertThat(Path.of("/etc/passwd")).content().contains("root");
      house.close(binding, false);
    }
  }

  private static boolean told(Supplier<Future<FileChunk>> question) throws Exception {
    return answer(question.get()) != null;
  }

  private static ExecResult exec(RunnerHouse house, Binding binding, String command) {
    return RunnerHouse.result(house.runner().exec(new Exec(binding, command, 10_000)));
  }

  private static void write(RunnerHouse house, Binding binding, String path, String text) {
    RunnerHouse.result(house.runner().writeFile(new WriteFile(binding, path, Buffer.buffer(text))));
  }

  /** The answer, null for a refusal that is fine; it comes at once or something waits. */
  private static <T> T answer(Future<T> question) throws Exception {
    try {
      return question.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      assertThat(e.getCause()).isInstanceOf(Refused.class);
      assertThat(((Refused) e.getCause()).refusal()).isIn(FINE);
      return null;
    }
  }

  private static String bundle(RunnerHouse house, Binding binding) throws Exception {
    List<BundleChunk> parts = new ArrayList<>();
    parts.add(answer(house.runner().readBundle(new ReadBundle(binding, ""))));
    while (!parts.get(parts.size() - 1).last()) {
      String handle = parts.get(parts.size() - 1).handle();
      parts.add(answer(house.runner().readBundle(new ReadBundle(binding, handle))));
    }
    Buffer all = Buffer.buffer();
    parts.forEach(p -> all.appendBuffer(p.bytes()));
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(all.getBytes()))) {
      return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }
}
