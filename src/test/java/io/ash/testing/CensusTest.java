package io.ash.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class CensusTest {
  @Test
  void findsWhatIsLeft() throws Exception {
    Census before = Census.take();
    Path directory = Census.directory("census");
    Process child = new ProcessBuilder("sleep", "60").start();
    try (ServerSocket socket = new ServerSocket(0)) {
      assertThat(socket.isBound()).isTrue();
      assertThat(Census.take().since(before))
          .anyMatch(line -> line.startsWith("process: ") && line.endsWith("sleep 60"))
          .anyMatch(line -> line.startsWith("directory: ash-test-"))
          .anyMatch(line -> line.matches("descriptors: \\d+ x socket"))
          .anyMatch(line -> line.matches("descriptors: \\d+ x pipe"));
    } finally {
      child.destroyForcibly().waitFor();
      child.getInputStream().close();
      child.getErrorStream().close();
      child.getOutputStream().close();
      Files.delete(directory);
    }
    assertThat(Census.take().since(before)).isEmpty();
  }

  @Test
  void findsWhatADeadServerLeft() throws Exception {
    Census before = Census.take();
    ProcessBuilder builder = new ProcessBuilder("sh", "-c", "sleep 60 & echo $!");
    builder.environment().put("ASH_SANDBOX", "ash-of-a-dead-server/s-1");
    Process parent = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String line = parent.inputReader().readLine();
    ProcessHandle orphan = ProcessHandle.of(Long.parseLong(line)).orElseThrow();
    try {
      parent.waitFor();
      parent.getInputStream().close();
      parent.getOutputStream().close();
      assertThat(Census.take().since(before))
          .anyMatch(left -> left.equals("process: " + orphan.pid() + " sleep 60"));
    } finally {
      orphan.destroyForcibly();
      orphan.onExit().join();
    }
    assertThat(Census.take().since(before)).isEmpty();
  }
}
