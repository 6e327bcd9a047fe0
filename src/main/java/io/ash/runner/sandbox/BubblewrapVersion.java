package io.ash.runner.sandbox;

import io.ash.process.Spawner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds bubblewrap and checks that it knows what jails need. */
final class BubblewrapVersion {
  private static final Pattern VERSION = Pattern.compile("bubblewrap (\\d+)\\.(\\d+)");

  private BubblewrapVersion() {}

  /** The program; throws {@link SandboxUnavailable} with the remedy. Blocks. */
  static String need(Spawner spawner) throws IOException {
    String program = Programs.need("bwrap", "bubblewrap");
    Process process = Spawned.await(spawner.start(Spawner.builder(program, "--version")));
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    check(text.trim());
    return program;
  }

  static void check(String text) {
    Matcher version = VERSION.matcher(text);
    boolean known = version.find();
    int number =
        known ? Integer.parseInt(version.group(1)) * 1000 + Integer.parseInt(version.group(2)) : 0;
    if (number < 8) {
      throw new SandboxUnavailable(
          "bubblewrap 0.8 or newer is needed for --disable-userns, found '"
              + text
              + "'; Debian 12 and Ubuntu 24.04 have it");
    }
  }
}
