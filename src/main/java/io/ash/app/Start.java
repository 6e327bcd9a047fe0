package io.ash.app;

import io.ash.config.Env;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The first steps of every command that does work: this machine, then the settings. */
final class Start {
  private static final Logger LOG = LoggerFactory.getLogger(Start.class);
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private Start() {}

  /** Refuses systems that lack what sandboxes are made of. */
  static void refuseOtherSystems() {
    String system = System.getProperty("os.name", "");
    if (!system.toLowerCase(Locale.ROOT).contains("linux")) {
      throw new CannotStart(
          ExitCode.MACHINE,
          "ash runs on Linux only, because sandboxes are made of Linux namespaces; this is "
              + system
              + ". Run it in a Linux virtual machine or container");
    }
  }

  /** Reads file and environment and warns of names that nothing reads. */
  static Env settings(Ground ground) {
    SettingsFile.Merged merged =
        Await.result(
            "reading the settings",
            SettingsFile.read(ground.vertx(), Path.of("").toAbsolutePath(), System.getenv()),
            LIMIT);
    Env env = new Env(merged.values());
    Logging.apply(
        env.choice("ASH_LOG_LEVEL", Logging.AtLeast.INFO),
        env.choice("ASH_LOG_FORMAT", Logging.Format.TEXT));
    merged.warnings().forEach(LOG::warn);
    return env;
  }

  /** Names this process among coordinators: host name and process id. */
  static String coordinatorId() {
    String host;
    try {
      host = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      host = "localhost";
    }
    return host + "-" + ProcessHandle.current().pid();
  }
}
