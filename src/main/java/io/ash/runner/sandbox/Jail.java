package io.ash.runner.sandbox;

import io.ash.model.Limits;
import io.ash.model.NetworkMode;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the processes of one session see: an immutable description from which the agent, exec,
 * install.sh and startup.sh are all started.
 *
 * @param name names directory, control group and cookie; {@code <session>-<epoch>}
 * @param readOnly host paths shown besides the system directories
 * @param env the exact environment; HOME, PATH, TMPDIR and PWD are added where it lacks them
 * @param limits what somebody asked for; null members get the defaults of the host
 * @param network how far they reach
 * @param hostname as the processes see it
 * @param space the network they share, with {@code ALLOWLIST}; else null, and each process has a
 *     loopback of its own or the network of the host
 */
public record Jail(
    String name,
    List<Bind> readOnly,
    Map<String, String> env,
    Limits limits,
    NetworkMode network,
    String hostname,
    @Nullable NetworkSpace space) {
  /** Where the workspace is inside. */
  public static final String WORKSPACE = "/workspace";

  /** Where the private home is inside. */
  public static final String HOME = "/home/agent";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,99}");
  private static final Pattern HOSTNAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

  public Jail {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("not a sandbox name: " + name);
    }
    if (!HOSTNAME.matcher(hostname).matches()) {
      throw new IllegalArgumentException("not a host name: " + hostname);
    }
    if ((network == NetworkMode.ALLOWLIST) != (space != null)) {
      throw new IllegalArgumentException(
          "a network of its own goes with allowlist, and only there");
    }
    readOnly = List.copyOf(readOnly);
    env = Map.copyOf(env);
    env.forEach(Jail::check);
  }

  /** Without a network that its processes share. */
  public Jail(
      String name,
      List<Bind> readOnly,
      Map<String, String> env,
      Limits limits,
      NetworkMode network,
      String hostname) {
    this(name, readOnly, env, limits, network, hostname, null);
  }

  /** The same with another environment. */
  Jail with(Map<String, String> other) {
    return new Jail(name, readOnly, other, limits, network, hostname, space);
  }

  private static void check(String name, String value) {
    if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf(0) >= 0) {
      throw new IllegalArgumentException("not the name of an environment variable: " + name);
    }
    if (value.indexOf(0) >= 0) {
      throw new IllegalArgumentException("environment variable " + name + " holds a NUL");
    }
  }
}
