package io.ash.app;

import io.ash.coordinator.store.DatabaseConfig;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a server says when it is ready.
 *
 * @param url where it is reached
 * @param database where its truth is
 * @param isolation what stands between sandboxes and this machine
 * @param keyFile where the first key can be read; empty where the environment holds it
 */
record Banner(
    Mode mode,
    String coordinatorId,
    String url,
    Path data,
    String database,
    String isolation,
    Optional<Path> keyFile,
    boolean keyInEnvironment) {
  private static final Logger LOG = LoggerFactory.getLogger(Banner.class);

  static String database(DatabaseConfig configured, Path data) {
    return configured
        .url()
        .map(Object::toString)
        .orElse("embedded PostgreSQL in " + data.resolve("postgres"));
  }

  /** An address that a program on this machine can call. */
  static String url(String host, int port) {
    boolean any = host.equals("0.0.0.0") || host.equals("::");
    String name = any ? "127.0.0.1" : host.contains(":") ? "[" + host + "]" : host;
    return "http://" + name + ":" + port;
  }

  /** Shows it: a block for people, one line where lines are objects. */
  void show(Logging.Format format) {
    if (format == Logging.Format.TEXT) {
      System.out.println(text());
    } else {
      LOG.atInfo()
          .addKeyValue("version", Version.text())
          .addKeyValue("mode", modeText())
          .addKeyValue("coordinator", coordinatorId)
          .addKeyValue("url", url)
          .addKeyValue("data", data)
          .addKeyValue("database", database)
          .addKeyValue("isolation", isolation)
          .addKeyValue("key", key())
          .log("ready");
    }
  }

  String text() {
    return """

        ash %s is ready
          mode         %s
          coordinator  %s
          url          %s
          data         %s
          database     %s
          isolation    %s
          api key      %s

          curl -H "Authorization: Bearer %s" %s/api/agents
        """
        .formatted(
            Version.text(),
            modeText(),
            coordinatorId,
            url,
            data,
            database,
            isolation,
            key(),
            keyWord(),
            url);
  }

  private String modeText() {
    return mode.name().toLowerCase(java.util.Locale.ROOT);
  }

  private String key() {
    return keyInEnvironment
        ? "as set in ASH_API_KEY"
        : keyFile
            .map(file -> "in " + file)
            .orElse("made earlier; its file was removed from the data directory");
  }

  private String keyWord() {
    return keyInEnvironment
        ? "$ASH_API_KEY"
        : keyFile.map(file -> "$(cat " + quoted(file) + ")").orElse("<key>");
  }

  private static String quoted(Path file) {
    String text = file.toString();
    return text.matches("[A-Za-z0-9_./+-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
