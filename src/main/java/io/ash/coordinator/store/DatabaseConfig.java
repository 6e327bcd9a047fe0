package io.ash.coordinator.store;

import io.ash.config.Env;
import java.util.Optional;

/**
 * Which database, and how many connections to it.
 *
 * @param url where; empty for the embedded server
 * @param unpooled where LISTEN, locks and migrations connect, when {@code url} leads to a pooler
 * @param poolMax connections of this process at most, 1..1000; the listener, the health probe and
 *     the migrator have one each besides
 */
public record DatabaseConfig(
    Optional<DatabaseUrl> url, Optional<DatabaseUrl> unpooled, int poolMax) {
  private static final int DEFAULT_POOL_MAX = 16;

  /** Reads {@code ASH_DATABASE_URL}, {@code DATABASE_UNPOOLED_URL}, {@code DATABASE_POOL_MAX}. */
  public static DatabaseConfig read(Env env) {
    Optional<DatabaseUrl> url = env.parsed("ASH_DATABASE_URL", DatabaseUrl::parse);
    Optional<DatabaseUrl> unpooled = env.parsed("DATABASE_UNPOOLED_URL", DatabaseUrl::parse);
    if (unpooled.isPresent() && env.text("ASH_DATABASE_URL").isEmpty()) {
      env.problem("DATABASE_UNPOOLED_URL", "", "ASH_DATABASE_URL beside it, or neither");
    }
    return new DatabaseConfig(
        url, unpooled, env.number("DATABASE_POOL_MAX", DEFAULT_POOL_MAX, 1, 1000));
  }

  /** The same on a database that is known now, such as the embedded one. */
  public DatabaseConfig at(DatabaseUrl known) {
    return new DatabaseConfig(Optional.of(known), unpooled, poolMax);
  }

  /** Where statements go; only where there is a URL. */
  DatabaseUrl pooledUrl() {
    return url.orElseThrow(() -> new IllegalStateException("no database URL"));
  }

  /** Where connections with a session of their own go. */
  DatabaseUrl directUrl() {
    return unpooled.orElseGet(this::pooledUrl);
  }
}
