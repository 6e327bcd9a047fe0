package io.ash.runner.sandbox;

import com.sun.jna.LastErrorException;
import io.ash.process.Spawner;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/** The server's end of a {@link Porter}. Thread-safe; blocks. */
final class PorterLink implements AutoCloseable {
  private static final String REMEDY =
      "; an operator can set ASH_NETWORK_POLICY=none or run the server as root";

  private final Process process;
  private final BufferedReader answers;
  private final OutputStream calls;
  private final int descriptor;
  private final int user;
  private final AtomicBoolean ended = new AtomicBoolean();

  private PorterLink(Process process, BufferedReader answers, int descriptor, int user) {
    this.process = process;
    this.answers = answers;
    this.calls = process.getOutputStream();
    this.descriptor = descriptor;
    this.user = user;
  }

  /** Starts a porter; fails with {@link SandboxUnavailable}. */
  static PorterLink start(Spawner spawner) throws IOException {
    ProcessBuilder builder =
        Spawner.builder(
            Programs.need("unshare", "util-linux"),
            "--user",
            "--map-root-user",
            "--net", // a home that a visitor may come back to
            "--",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xms8m",
            "-Xmx24m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
            "-cp",
            classPath(),
            Porter.class.getName());
    builder.redirectErrorStream(true);
    Process process = Spawned.await(spawner.start(builder));
    BufferedReader answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String first = Porter.answer(answers);
    if (!Porter.READY.equals(first)) {
      process.destroyForcibly();
      throw new SandboxUnavailable(
          "network mode allowlist needs user namespaces, and unshare --user does not work here ("
              + first
              + ")"
              + REMEDY);
    }
    return joined(process, answers);
  }

  private static PorterLink joined(Process process, BufferedReader answers) {
    try {
      int descriptor = Kernel.processDescriptor(process.pid());
      int user = Kernel.open("/proc/" + process.pid() + "/ns/user");
      return new PorterLink(process, answers, descriptor, user);
    } catch (LastErrorException e) {
      process.destroyForcibly();
      throw unavailable(e.getErrorCode());
    }
  }

  boolean alive() {
    return process.isAlive();
  }

  /** A new network; fails with {@link SandboxUnavailable}. */
  synchronized NetworkSpace make() throws IOException {
    send(Porter.MAKE);
    String line = Porter.answer(answers);
    String[] words = line.split(" ");
    if (!words[0].equals(Porter.MADE)) {
      throw new SandboxUnavailable(
          "network mode allowlist does not work here: no network can be made ("
              + line
              + ")"
              + REMEDY);
    }
    try {
      int network = Kernel.copyFrom(descriptor, Integer.parseInt(words[1]));
      try {
        int listener = Kernel.copyFrom(descriptor, Integer.parseInt(words[2]));
        return new NetworkSpace(NetworkSpace.ownPath(user), network, listener);
      } catch (LastErrorException e) {
        Kernel.release(network);
        throw e;
      }
    } catch (LastErrorException e) {
      throw unavailable(e.getErrorCode());
    } finally {
      send(line);
    }
  }

  private void send(String line) throws IOException {
    calls.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    calls.flush();
  }

  private static SandboxUnavailable unavailable(int error) {
    return new SandboxUnavailable(
        "network mode allowlist needs Linux 5.6 or newer and a server that may look at its own"
            + " children (kernel.yama.ptrace_scope below 2); the kernel said error "
            + error
            + REMEDY);
  }

  /** The same classes as this process, wherever the child begins. */
  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** Ends the porter. Networks that it made can still be entered until {@link #close}. */
  void end() {
    if (ended.compareAndSet(false, true)) {
      process.destroy();
      Kernel.release(descriptor);
    }
  }

  /** Ends the porter and forgets its user namespace; its networks are closed already. */
  @Override
  public void close() {
    end();
    Kernel.release(user);
  }
}
