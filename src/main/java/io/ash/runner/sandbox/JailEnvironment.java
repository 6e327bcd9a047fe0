package io.ash.runner.sandbox;

import java.util.Map;
import java.util.TreeMap;

/** The environment of a jail: what it was given, and what no program does well without. */
final class JailEnvironment {
  private static final String PATH = "/usr/local/bin:/usr/bin:/bin";

  private JailEnvironment() {}

  static Map<String, String> of(Jail jail, String home, String tmp) {
    Map<String, String> env = new TreeMap<>();
    env.put("PATH", PATH);
    env.put("LANG", "C.UTF-8");
    env.put("HOME", home);
    env.put("TMPDIR", tmp);
    env.putAll(jail.env());
    return env;
  }
}
