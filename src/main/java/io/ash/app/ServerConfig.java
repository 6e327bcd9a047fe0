package io.ash.app;

import io.ash.config.Env;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What the roof itself reads.
 *
 * @param dataDirectory as given; relative to the working directory
 * @param stopWithin how long an orderly end may take
 * @param databaseWait how long a database that does not answer is waited for at the start
 */
record ServerConfig(
    Mode mode,
    Path dataDirectory,
    Duration stopWithin,
    Duration databaseWait,
    Logging.Format logFormat) {

  static ServerConfig read(Env env) {
    return new ServerConfig(
        env.choice("ASH_MODE", Mode.STANDALONE),
        Path.of(env.text("ASH_DATA_DIR", "data")),
        Duration.ofSeconds(env.number("ASH_STOP_SECONDS", 25, 1, 3600)),
        Duration.ofSeconds(env.number("ASH_DATABASE_WAIT_SECONDS", 60, 0, 3600)),
        env.choice("ASH_LOG_FORMAT", Logging.Format.TEXT));
  }

  /** Refuses a mode that needs parts which are not there yet. */
  void refuseWhatIsNotBuilt() {
    if (mode == Mode.RUNNER) {
      throw new CannotStart(
          ExitCode.SETTINGS,
          "ASH_MODE is runner, which this version cannot be: runners of their own join over HTTP"
              + " from a later version on. Use standalone, which runs sandboxes itself");
    }
  }
}
