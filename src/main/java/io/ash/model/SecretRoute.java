package io.ash.model;

import java.util.regex.Pattern;

/**
 * A secret that stays outside of sandboxes: programs inside call a plain address on their loopback,
 * and the way out adds the secret as a header.
 *
 * @param env the variable that holds the secret; inside it holds a placeholder
 * @param host whom the secret is for, and nobody else; always over TLS
 * @param port of that host
 * @param header name of the header
 * @param format value of the header, with {@code {}} where the secret stands
 * @param baseUrlEnv the variable that tells programs where to call
 */
public record SecretRoute(
    String env, HostName host, int port, String header, String format, String baseUrlEnv) {
  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,254}");
  private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9][A-Za-z0-9-]{0,99}");
  private static final Pattern FORMAT = Pattern.compile("[\\x20-\\x7e]{2,200}");

  /** Where the secret stands in {@link #format}. */
  public static final String HOLE = "{}";

  public SecretRoute {
    if (!VARIABLE.matcher(env).matches() || !VARIABLE.matcher(baseUrlEnv).matches()) {
      throw new IllegalArgumentException("env and baseUrlEnv must be names of variables");
    }
    if (env.equals(baseUrlEnv)) {
      throw new IllegalArgumentException("env and baseUrlEnv must be two variables");
    }
    if (!HEADER.matcher(header).matches()) {
      throw new IllegalArgumentException("header must be the name of a header");
    }
    if (!FORMAT.matcher(format).matches() || !format.contains(HOLE)) {
      throw new IllegalArgumentException("format must be text with {} where the secret stands");
    }
  }
}
