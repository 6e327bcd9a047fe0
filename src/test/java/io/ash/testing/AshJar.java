package io.ash.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The real jar, run as a person would, in an environment without settings of ours. */
public final class AshJar {
  private static final int LIMIT_SECONDS = 120;

  private final Path directory;
  private final Map<String, String> environment = new LinkedHashMap<>();
  private final List<String> before = new ArrayList<>();
  private final List<String> java = new ArrayList<>();

  /** Runs in {@code directory}, where its output lands too. */
  public AshJar(Path directory) {
    this.directory = directory;
    environment.put("ASH_HOST", "127.0.0.1");
    environment.put("ASH_PORT", "0");
    environment.put("ASH_DATA_DIR", directory.resolve("data").toString());
  }

  /** How a run ended. */
  public record Ended(int code, String out, String err) {}

  /** Path of the jar under test. */
  public static Path path() {
    return Path.of(System.getProperty("ash.jar", "target/ash.jar")).toAbsolutePath();
  }

  /** Sets a variable of its environment. */
  public AshJar with(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /** Adds an option of the JVM. */
  public AshJar java(String option) {
    java.add(option);
    return this;
  }

  /** Puts a command in front of it, such as {@code unshare}. */
  public AshJar inside(String... command) {
    before.addAll(List.of(command));
    return this;
  }

  /** Starts it; its output goes to the files {@code out} and {@code err} of the directory. */
  public Process start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(java);
    if (java.contains("-cp")) {
      command.addAll(List.of(arguments));
    } else {
      command.addAll(List.of("-jar", path().toString()));
      command.addAll(List.of(arguments));
    }
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().keySet().removeIf(n -> n.startsWith("ASH_") || n.startsWith("DATABASE_"));
    builder.environment().putAll(environment);
    builder.redirectOutput(directory.resolve("out").toFile());
    builder.redirectError(directory.resolve("err").toFile());
    return builder.start();
  }

  /** Runs it to its end. */
  public Ended run(String... arguments) throws IOException, InterruptedException {
    Process process = start(arguments);
    if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("did not end within two minutes: " + out() + err());
    }
    return new Ended(process.exitValue(), out(), err());
  }

  /** What it printed so far. */
  public String out() throws IOException {
    return Files.readString(directory.resolve("out"), StandardCharsets.UTF_8);
  }

  /** What it complained of so far. */
  public String err() throws IOException {
    return Files.readString(directory.resolve("err"), StandardCharsets.UTF_8);
  }
}
