package io.ash.runner.egress;

import io.ash.model.HostName;
import io.ash.model.NetworkMode;
import io.ash.model.NetworkPolicy;
import io.ash.model.NetworkRule;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.model.SecretRoute;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How the processes of one session get out: the environment they see, the routes that add what they
 * must not see, and the places that are allowed without being listed. Immutable.
 */
public final class EgressPlan {
  /** What stands in a sandbox where a secret would be. */
  public static final String PLACEHOLDER = "ash-placeholder";

  private static final List<String> PROXIES =
      List.of("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy");
  private static final String LOOPBACK = "localhost,127.0.0.1,::1";

  private final Map<String, String> env;
  private final Map<String, Route> routes;
  private final Set<Destination> implied;

  private EgressPlan(Map<String, String> env, Map<String, Route> routes, Set<Destination> implied) {
    this.env = Map.copyOf(env);
    this.routes = Map.copyOf(routes);
    this.implied = Set.copyOf(implied);
  }

  /**
   * A plan; throws {@link Refused} where a secret is named that nobody gave.
   *
   * @param env what the processes would see without a way out of their own
   * @param operator what of it the operator's settings brought in for calling models
   * @param mcpServers JSON object, null for none
   * @param port of the proxy on the sandbox's loopback
   */
  public static EgressPlan of(
      NetworkPolicy policy,
      Map<String, String> env,
      Map<String, String> operator,
      @Nullable String mcpServers,
      int port) {
    String proxy = "http://127.0.0.1:" + port;
    Map<String, String> inside = new HashMap<>(env);
    Map<String, Route> routes = new HashMap<>();
    Set<Destination> implied = new HashSet<>(mcp(mcpServers));
    ModelAccess.plan(inside, operator, proxy, routes, implied);
    int number = 0;
    for (SecretRoute secret : policy.secrets()) {
      Route route = route("secret-" + ++number, secret, env);
      routes.put(route.name(), route);
      inside.put(secret.env(), PLACEHOLDER);
      inside.put(secret.baseUrlEnv(), proxy + "/" + route.name());
    }
    PROXIES.forEach(name -> inside.put(name, proxy));
    inside.put("NO_PROXY", LOOPBACK);
    inside.put("no_proxy", LOOPBACK);
    inside.put("NODE_USE_ENV_PROXY", "1");
    return new EgressPlan(inside, routes, implied);
  }

  private static Route route(String name, SecretRoute secret, Map<String, String> env) {
    String value = env.get(secret.env());
    if (value == null
        || value.isBlank()
        || !value.equals(value.strip())
        || value.lines().count() > 1) {
      throw new Refused(
          Refusal.INVALID_REQUEST,
          "secrets in ash.yaml names the variable "
              + secret.env()
              + (value == null ? ", which nobody gave; " : ", which is not one line of text; ")
              + "set it in env of the deploy request or in extraEnv of the session");
    }
    return new Route(
        name,
        new Destination(secret.host(), secret.port()),
        true,
        "",
        Map.of(
            secret.header().toLowerCase(java.util.Locale.ROOT),
            secret.format().replace(SecretRoute.HOLE, value)),
        false);
  }

  /** The environment of every process inside. */
  public Map<String, String> env() {
    return env;
  }

  /** What may be reached under a policy; nothing at all where its mode is none. */
  public Terms terms(NetworkPolicy policy) {
    return terms(policy.mode(), policy.allow());
  }

  /** What install.sh may reach. */
  public Terms installing(NetworkPolicy policy) {
    return terms(policy.mode(), policy.installing());
  }

  private Terms terms(NetworkMode mode, List<NetworkRule> listed) {
    return new Terms(
        mode == NetworkMode.NONE ? Rules.NOTHING : new Rules(listed, implied, true), routes);
  }

  private static Set<Destination> mcp(@Nullable String servers) {
    Set<Destination> found = new HashSet<>();
    if (servers == null) {
      return found;
    }
    try {
      for (Map.Entry<String, Object> server : new JsonObject(servers)) {
        if (server.getValue() instanceof JsonObject one
            && one.getValue("url") instanceof String url) {
          BaseUrl.of(url).map(BaseUrl::to).ifPresent(found::add);
        }
      }
    } catch (DecodeException e) {
      throw new Refused(Refusal.INVALID_REQUEST, "mcpServers is no JSON object");
    }
    return found;
  }

  static Destination https(String host) {
    return new Destination(HostName.of(host), 443);
  }
}
