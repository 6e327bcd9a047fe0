package io.ash.testing;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real JVM that runs a main class of the test class path; ended when it is closed. */
public final class ChildJvm implements AutoCloseable {
  private static final int LIMIT_SECONDS = 60;
  private final Process process;
  private final BufferedReader lines;

  private ChildJvm(Process process) {
    this.process = process;
    this.lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /** Starts it as the user of this process. */
  public static ChildJvm start(Class<?> main, String... args) throws IOException {
    return start(List.of(), System.getProperty("java.class.path"), main, args);
  }

  /** Starts it as another user; only for root, with a class path that {@link #openTo} made. */
  public static ChildJvm startAs(int uid, String classPath, Class<?> main, String... args)
      throws IOException {
    List<String> change = List.of("setpriv", "--reuid=" + uid, "--regid=" + uid, "--clear-groups");
    return start(change, classPath, main, args);
  }

  /** A copy of this class path in {@code directory} that every user can read. */
  public static String openTo(Path directory) throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    List<String> opened = new ArrayList<>();
    String[] entries = System.getProperty("java.class.path").split(File.pathSeparator);
    for (int i = 0; i < entries.length; i++) {
      Path from = Path.of(entries[i]);
      if (!Files.exists(from)) {
        continue;
      }
      Path to = directory.resolve(i + "-" + from.getFileName());
      copy(from, to);
      opened.add(to.toString());
    }
    return String.join(File.pathSeparator, opened);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var all = Files.walk(from)) {
      for (Path path : (Iterable<Path>) all::iterator) {
        Path target = to.resolve(from.relativize(path).toString());
        boolean directory = Files.isDirectory(path);
        Files.copy(path, target, StandardCopyOption.REPLACE_EXISTING);
        Files.setPosixFilePermissions(
            target, PosixFilePermissions.fromString(directory ? "rwxr-xr-x" : "rw-r--r--"));
      }
    }
  }

  private static ChildJvm start(
      List<String> prefix, String classPath, Class<?> main, String... args) throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx128m", "-cp", classPath, main.getName()));
    command.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(new File("/")).redirectError(ProcessBuilder.Redirect.DISCARD);
    return new ChildJvm(builder.start());
  }

  public long pid() {
    return process.pid();
  }

  /** The next line it prints that starts with one of these words. */
  public String line(String... words) throws IOException {
    for (String line; (line = lines.readLine()) != null; ) {
      for (String word : words) {
        if (line.startsWith(word)) {
          return line;
        }
      }
    }
    throw new IOException("it ended without saying " + String.join(" or ", words));
  }

  /** Gives it a line to read. */
  public void say(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  /** Ends its input and waits until it is gone. */
  public void finish() throws IOException, InterruptedException {
    process.getOutputStream().close();
    if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
      throw new IOException("it did not end");
    }
  }

  /** kill -9, and waits until it is gone. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
