package io.ash.app;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Every setting there is: the one list behind the settings file, the README and the warnings. */
public final class Settings {
  private static final List<Setting> ALL =
      List.of(
          s("ASH_MODE", "standalone", "Which wings run here: standalone or coordinator."),
          s(
              "ASH_HOST",
              "",
              "Address to bind; without it 0.0.0.0 where ASH_API_KEY is set, else 127.0.0.1."),
          s("ASH_PORT", "4100", "Port of the public API."),
          s("ASH_DATA_DIR", "data", "Directory for everything ash keeps on this machine."),
          s("ASH_CONFIG", "conf/ash.yaml", "Settings file; the environment wins over it."),
          s(
              "ASH_LOG_LEVEL",
              "info",
              "Least level that is logged: trace, debug, info, warn or error."),
          s("ASH_LOG_FORMAT", "text", "text for people, json for one object a line."));

  private Settings() {}

  /** All of them, in the order people read them. */
  public static List<Setting> all() {
    return ALL;
  }

  /** Their names. */
  public static Set<String> names() {
    return ALL.stream().map(Setting::name).collect(Collectors.toUnmodifiableSet());
  }

  private static Setting s(String name, String otherwise, String about) {
    return new Setting(name, otherwise, about);
  }
}
