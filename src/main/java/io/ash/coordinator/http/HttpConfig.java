package io.ash.coordinator.http;

import io.ash.config.Env;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServerOptions;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Settings of the public door.
 *
 * @param host address to bind
 * @param port port to listen on; 0 for any free one
 * @param origins browser origins that may call; empty for any, then without credentials
 * @param streamsPerSession most {@code GET …/stream} readers of one session on this coordinator
 */
public record HttpConfig(String host, int port, Set<String> origins, int streamsPerSession) {
  private static final Pattern ORIGIN = Pattern.compile("https?://[A-Za-z0-9.\\-\\[\\]:]+");
  private static final int MAX_HEADERS = 32 * 1024;
  private static final int MAX_LINE = 8 * 1024;

  /** Longer than the longest call that sends nothing meanwhile: a command of 300 seconds. */
  private static final int IDLE_SECONDS = 330;

  /**
   * What the kernel may hold for one reader; without it a stalled stream soaks up megabytes that no
   * queue of ours sees; with less, one loopback segment does not fit and each waits for a late
   * acknowledgement.
   */
  private static final int SEND_BUFFER = 64 * 1024;

  public HttpConfig {
    origins = Set.copyOf(origins);
  }

  /**
   * Reads {@code ASH_HOST}, {@code ASH_PORT}, {@code ALLOWED_ORIGINS}, {@code SSE_PER_SESSION_MAX}.
   * Without {@code ASH_HOST} only a server with {@code ASH_API_KEY} is reachable from other
   * machines.
   */
  public static HttpConfig read(Env env) {
    String open = env.text("ASH_API_KEY").isPresent() ? "0.0.0.0" : "127.0.0.1";
    return new HttpConfig(
        env.text("ASH_HOST", open),
        env.number("ASH_PORT", 4100, 0, 65_535),
        env.parsed("ALLOWED_ORIGINS", HttpConfig::origins).orElse(Set.of()),
        env.number("SSE_PER_SESSION_MAX", 64, 1, 100_000));
  }

  /** Options of the server: bounded heads, small send buffers, no compression of streams. */
  public HttpServerOptions options() {
    return new HttpServerOptions()
        .setHost(host)
        .setPort(port)
        .setTcpNoDelay(true)
        .setTcpKeepAlive(true)
        .setTcpUserTimeout((int) TimeUnit.SECONDS.toMillis(60))
        .setSendBufferSize(SEND_BUFFER)
        .setCompressionSupported(false)
        .setHandle100ContinueAutomatically(true)
        .setMaxHeaderSize(MAX_HEADERS)
        .setMaxInitialLineLength(MAX_LINE)
        .setIdleTimeout(IDLE_SECONDS)
        .setIdleTimeoutUnit(TimeUnit.SECONDS)
        .setInitialSettings(new Http2Settings().setMaxConcurrentStreams(1000));
  }

  private static Set<String> origins(String text) {
    Set<String> all = new LinkedHashSet<>();
    for (String part : text.split(",", -1)) {
      String origin = part.strip();
      if (origin.equals("*")) {
        return Set.of();
      }
      if (!ORIGIN.matcher(origin).matches()) {
        throw new IllegalArgumentException(
            "* or origins such as https://app.example.com, separated by commas");
      }
      all.add(origin);
    }
    return all;
  }
}
