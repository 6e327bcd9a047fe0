package io.ash.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ash.config.ConfigProblems;
import io.ash.config.Env;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DatabaseConfigTest {
  @Test
  void needsNothingForTheEmbeddedServer() {
    DatabaseConfig config = read(Map.of());

    assertThat(config.url()).isEmpty();
    assertThat(config.poolMax()).isEqualTo(16);
  }

  @Test
  void connectsDirectlyWhereAPoolerIsNamed() {
    DatabaseConfig config =
        read(
            Map.of(
                "ASH_DATABASE_URL", "postgresql://pooler/d",
                "DATABASE_UNPOOLED_URL", "postgresql://server/d",
                "DATABASE_POOL_MAX", "40"));

    assertThat(config.pooledUrl().host()).isEqualTo("pooler");
    assertThat(config.directUrl().host()).isEqualTo("server");
    assertThat(config.poolMax()).isEqualTo(40);
  }

  @Test
  void reportsEveryProblemWithoutShowingAUrl() {
    assertThatThrownBy(
            () ->
                read(
                    Map.of(
                        "ASH_DATABASE_URL", "mysql://ann:hush@h/d", "DATABASE_POOL_MAX", "many")))
        .isInstanceOf(ConfigProblems.class)
        .hasMessageContaining("ASH_DATABASE_URL is set to something; expected postgresql://")
        .hasMessageContaining("DATABASE_POOL_MAX is 'many'; expected a whole number from 1 to 1000")
        .hasMessageNotContaining("hush");
  }

  @Test
  void refusesASecondWayWithoutAFirst() {
    assertThatThrownBy(() -> read(Map.of("DATABASE_UNPOOLED_URL", "postgresql://server/d")))
        .isInstanceOf(ConfigProblems.class)
        .hasMessageContaining("expected ASH_DATABASE_URL beside it, or neither");
  }

  private static DatabaseConfig read(Map<String, String> values) {
    Env env = new Env(values);
    DatabaseConfig config = DatabaseConfig.read(env);
    env.orThrow();
    return config;
  }
}
