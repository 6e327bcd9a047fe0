package io.ash.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.config.Env;
import io.ash.coordinator.store.DatabaseConfig;
import io.ash.runner.RunnerConfig;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The rooms read what the list of settings says, with the defaults it says. */
class SettingsReadTest {
  /** Read before the rooms are. */
  private static final Set<String> EARLY = Set.of("ASH_CONFIG", "ASH_LOG_LEVEL");

  /** Read, but no setting of ours. */
  private static final Set<String> FOREIGN = Set.of("PATH");

  private static List<Object> read(Env env) {
    List<Object> all =
        List.of(
            ServerConfig.read(env),
            CoordinatorConfig.read(env, Path.of("/data"), Mode.STANDALONE),
            DatabaseConfig.read(env),
            RunnerConfig.read(env, "local"));
    env.orThrow();
    return all;
  }

  @Test
  void everySettingIsReadAndEverythingReadIsASetting() {
    Env env = new Env(Map.of());
    read(env);
    Set<String> known = new HashSet<>(env.known());
    known.addAll(EARLY);
    known.removeAll(FOREIGN);

    assertThat(known).containsExactlyInAnyOrderElementsOf(Settings.names());
  }

  @Test
  void theDefaultsInTheListAreThoseInTheCode() {
    Map<String, String> defaults =
        Settings.all().stream()
            .filter(s -> !s.otherwise().isEmpty())
            .collect(Collectors.toMap(Setting::name, Setting::otherwise));

    assertThat(read(new Env(defaults))).isEqualTo(read(new Env(Map.of())));
  }
}
