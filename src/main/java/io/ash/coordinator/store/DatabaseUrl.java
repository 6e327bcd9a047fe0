package io.ash.coordinator.store;

import io.ash.config.Secret;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a PostgreSQL is and how to sign in, as one URL says it.
 *
 * <p>{@code postgresql://user:password@host:port/database?sslmode=verify-full&sslrootcert=/ca.pem};
 * {@code postgres://} means the same; {@code ?host=/directory} names a UNIX socket. Its text never
 * shows the password.
 *
 * @param host name, address, or the directory of a UNIX socket
 * @param port 1..65535
 * @param rootCertificate PEM file with the certificates that are trusted; empty for the JVM's own
 */
public record DatabaseUrl(
    String host,
    int port,
    String database,
    String user,
    Secret password,
    SslMode sslMode,
    Optional<Path> rootCertificate) {
  private static final Pattern SHAPE =
      Pattern.compile(
          "postgres(?:ql)?://(?:([^@/?#]*)@)?(\\[[^\\]@/?#]*\\]|[^:@/?#]*)(?::([^@/?#]*))?(?:/([^?#]*))?(?:\\?([^#]*))?");
  private static final int DEFAULT_PORT = 5432;
  private static final String DEFAULT_USER = "postgres";

  /** Parameters that change nothing here, with the values that are honest to accept. */
  private static final Map<String, Set<String>> IGNORED =
      Map.of(
          "application_name", Set.of(),
          "connect_timeout", Set.of(),
          "fallback_application_name", Set.of(),
          "gssencmode", Set.of("disable", "prefer"),
          "channel_binding", Set.of("disable", "prefer"),
          "target_session_attrs", Set.of("any"));

  /**
   * Reads a URL.
   *
   * @throws IllegalArgumentException whose message says what would be right, without the password
   */
  public static DatabaseUrl parse(String text) {
    Matcher m = SHAPE.matcher(text.strip());
    if (!m.matches()) {
      throw new IllegalArgumentException(
          "postgresql://user:password@host:port/database, with %40 for @, %3A for :, %2F for / and"
              + " %3F for ? inside user and password");
    }
    Map<String, String> query = query(m.group(5));
    String userInfo = m.group(1) == null ? "" : m.group(1);
    int colon = userInfo.indexOf(':');
    String user = decode(colon < 0 ? userInfo : userInfo.substring(0, colon), "user");
    String password = decode(colon < 0 ? "" : userInfo.substring(colon + 1), "password");
    user = take(query, "user", user.isEmpty() ? DEFAULT_USER : user);
    password = take(query, "password", password);
    String host = take(query, "host", host(m.group(2)));
    String port = take(query, "port", m.group(3) == null ? "" : m.group(3));
    String database = decode(m.group(4) == null ? "" : m.group(4), "database");
    database = take(query, "dbname", database.isEmpty() ? user : database);
    if (host.contains(",")) {
      throw new IllegalArgumentException("one host; a list of hosts is not supported");
    }
    boolean socket = host.startsWith("/");
    SslMode mode = sslMode(take(query, "sslmode", socket ? "disable" : "prefer"), socket);
    Optional<Path> root = rootCertificate(take(query, "sslrootcert", ""));
    refuseUnknown(query);
    return new DatabaseUrl(host, port(port), database, user, new Secret(password), mode, root);
  }

  /** Options to connect with as {@code applicationName}, whatever the URL says of that name. */
  PgConnectOptions connectOptions(String applicationName) {
    PgConnectOptions options =
        new PgConnectOptions()
            .setHost(host)
            .setPort(port)
            .setDatabase(database)
            .setUser(user)
            .setPassword(password.reveal())
            .setSslMode(effectiveMode());
    options.addProperty("application_name", applicationName);
    if (sslMode != SslMode.DISABLE) {
      options.setSslOptions(sslOptions());
    }
    return options;
  }

  /** As libpq has it: a root certificate that was named is also used. */
  private SslMode effectiveMode() {
    return sslMode == SslMode.REQUIRE && rootCertificate.isPresent() ? SslMode.VERIFY_CA : sslMode;
  }

  private ClientSSLOptions sslOptions() {
    ClientSSLOptions ssl = new ClientSSLOptions();
    SslMode mode = effectiveMode();
    boolean verifies = mode == SslMode.VERIFY_CA || mode == SslMode.VERIFY_FULL;
    ssl.setHostnameVerificationAlgorithm(mode == SslMode.VERIFY_FULL ? "HTTPS" : "");
    ssl.setTrustAll(!verifies);
    if (verifies) {
      rootCertificate.ifPresent(
          file -> ssl.setTrustOptions(new PemTrustOptions().addCertPath(file.toString())));
    }
    return ssl;
  }

  /** Host, port and database, for people. */
  public String place() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port + "/" + database;
  }

  @Override
  public String toString() {
    return "postgresql://" + user + ":***@" + place() + "?sslmode=" + sslMode.value;
  }

  private static String host(String text) {
    if (text.startsWith("[")) {
      return text.substring(1, text.length() - 1);
    }
    String host = decode(text, "host");
    return host.isEmpty() ? "localhost" : host;
  }

  private static int port(String text) {
    if (text.isEmpty()) {
      return DEFAULT_PORT;
    }
    if (text.matches("\\d{1,5}")) {
      int port = Integer.parseInt(text);
      if (port >= 1 && port <= 65_535) {
        return port;
      }
    }
    throw new IllegalArgumentException("a port from 1 to 65535");
  }

  private static SslMode sslMode(String text, boolean socket) {
    SslMode mode;
    try {
      mode = SslMode.of(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "sslmode disable, allow, prefer, require, verify-ca or verify-full", e);
    }
    if (!socket) {
      return mode;
    }
    if (mode == SslMode.DISABLE || mode == SslMode.ALLOW || mode == SslMode.PREFER) {
      return SslMode.DISABLE;
    }
    throw new IllegalArgumentException("no sslmode with a UNIX socket, which has no TLS");
  }

  private static Optional<Path> rootCertificate(String text) {
    if (text.isEmpty() || text.equals("system")) {
      return Optional.empty();
    }
    Path file = Path.of(text);
    if (!Files.isReadable(file)) {
      throw new IllegalArgumentException("sslrootcert with a PEM file that can be read");
    }
    return Optional.of(file);
  }

  private static Map<String, String> query(@org.jspecify.annotations.Nullable String text) {
    Map<String, String> found = new LinkedHashMap<>();
    for (String pair : text == null || text.isEmpty() ? new String[0] : text.split("&")) {
      int equals = pair.indexOf('=');
      if (equals <= 0) {
        throw new IllegalArgumentException("parameters written name=value after the ?");
      }
      String name = decode(pair.substring(0, equals), "parameter");
      found.put(name, decode(pair.substring(equals + 1), name));
    }
    return found;
  }

  private static void refuseUnknown(Map<String, String> left) {
    left.forEach(
        (name, value) -> {
          Set<String> accepted = IGNORED.get(name);
          if (accepted == null) {
            throw new IllegalArgumentException(
                "no parameter '"
                    + name
                    + "'; known are host, port, user, password, dbname, sslmode"
                    + " and sslrootcert");
          }
          if (!accepted.isEmpty() && !accepted.contains(value)) {
            throw new IllegalArgumentException(
                name + " " + String.join(" or ", accepted.stream().sorted().toList()));
          }
        });
  }

  private static String take(Map<String, String> query, String name, String otherwise) {
    String value = query.remove(name);
    return value == null ? otherwise : value;
  }

  /** Percent-decoding only: in these URLs a plus sign is a plus sign. */
  private static String decode(String text, String part) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "a " + part + " in which % is written %25 and other signs are percent-encoded", e);
    }
  }
}
