package io.ash.runner.sandbox;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Finds the programs that build a sandbox in the directories of the system. */
final class Programs {
  private static final List<String> DIRECTORIES =
      List.of("/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin");

  private Programs() {}

  static Optional<String> find(String name) {
    return DIRECTORIES.stream()
        .map(directory -> Path.of(directory, name))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst();
  }

  /** Throws {@link SandboxUnavailable} naming the package that brings the program. */
  static String need(String name, String debianPackage) {
    return find(name)
        .orElseThrow(
            () ->
                new SandboxUnavailable(
                    name + " is missing; on Debian and Ubuntu: apt-get install " + debianPackage));
  }
}
