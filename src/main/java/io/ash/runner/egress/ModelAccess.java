package io.ash.runner.egress;

import io.ash.model.Refusal;
import io.ash.model.Refused;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Keeps the keys of a model outside: the agent calls the model on its loopback, and the key is
 * added behind it.
 *
 * <p>A key of the operator goes to the operator's own model endpoint and nowhere else; a session
 * that names another endpoint brings its own key.
 */
final class ModelAccess {
  private static final String BASE = "ANTHROPIC_BASE_URL";
  private static final String HEADERS = "ANTHROPIC_CUSTOM_HEADERS";
  private static final String USUAL = "https://api.anthropic.com";
  private static final List<String> KEYS =
      List.of("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN");
  private static final String BEDROCK_BASE = "ANTHROPIC_BEDROCK_BASE_URL";
  private static final String BEDROCK_TOKEN = "AWS_BEARER_TOKEN_BEDROCK";

  /** As a value of a header: what a program inside sends under the name is dropped. */
  static final String DROP = "";

  private ModelAccess() {}

  /** Changes the environment, and adds routes and places, so that models can be called. */
  static void plan(
      Map<String, String> env,
      Map<String, String> operator,
      String proxy,
      Map<String, Route> routes,
      Set<Destination> implied) {
    if ("1".equals(env.get("CLAUDE_CODE_USE_BEDROCK"))
        || "true".equalsIgnoreCase(env.get("CLAUDE_CODE_USE_BEDROCK"))) {
      bedrock(env, proxy, routes, implied);
      return;
    }
    String base = env.get(BASE);
    boolean any =
        base != null || env.containsKey(HEADERS) || KEYS.stream().anyMatch(env::containsKey);
    if (!any) {
      BaseUrl.of(USUAL).map(BaseUrl::to).ifPresent(implied::add);
      return;
    }
    boolean operators = base == null ? operator.get(BASE) == null : base.equals(operator.get(BASE));
    if (!operators) {
      operator.forEach((name, value) -> env.remove(name, value));
    }
    BaseUrl url = url(BASE, base == null ? USUAL : base);
    Map<String, String> headers = new HashMap<>();
    custom(headers, env.remove(HEADERS));
    key(env, "ANTHROPIC_API_KEY", "x-api-key", "", headers);
    key(env, "ANTHROPIC_AUTH_TOKEN", "authorization", "Bearer ", headers);
    key(env, "CLAUDE_CODE_OAUTH_TOKEN", "authorization", "Bearer ", headers);
    if (!headers.isEmpty()) {
      headers.putIfAbsent("x-api-key", DROP);
      headers.putIfAbsent("authorization", DROP);
    }
    boolean trusted = operators && base != null;
    routes.put("model", new Route("model", url.to(), url.tls(), url.path(), headers, trusted));
    implied.add(url.to());
    env.put(BASE, proxy + "/model");
  }

  /** Amazon signs requests with its keys, so only a bearer token can stay outside. */
  private static void bedrock(
      Map<String, String> env, String proxy, Map<String, Route> routes, Set<Destination> implied) {
    String region = env.getOrDefault("AWS_REGION", "us-east-1");
    if (!region.matches("[a-z0-9-]{1,40}")) {
      throw new Refused(Refusal.INVALID_REQUEST, "AWS_REGION is not the name of a region");
    }
    String usual = "https://bedrock-runtime." + region + ".amazonaws.com";
    BaseUrl url = url(BEDROCK_BASE, env.getOrDefault(BEDROCK_BASE, usual));
    implied.add(url.to());
    implied.add(EgressPlan.https("bedrock." + region + ".amazonaws.com"));
    Map<String, String> headers = new HashMap<>();
    key(env, BEDROCK_TOKEN, "authorization", "Bearer ", headers);
    if (!headers.isEmpty()) {
      routes.put("model", new Route("model", url.to(), url.tls(), url.path(), headers, false));
      env.put(BEDROCK_BASE, proxy + "/model");
    }
  }

  private static BaseUrl url(String name, String value) {
    return BaseUrl.of(value)
        .orElseThrow(
            () ->
                new Refused(
                    Refusal.INVALID_REQUEST, name + " must be an http or https URL of a host"));
  }

  private static void key(
      Map<String, String> env,
      String name,
      String header,
      String before,
      Map<String, String> headers) {
    String value = env.get(name);
    if (value != null && !value.isBlank()) {
      headers.putIfAbsent(header, before + value.strip());
      env.put(name, EgressPlan.PLACEHOLDER);
    }
  }

  /** Lines of {@code Name: value}. */
  private static void custom(
      Map<String, String> headers, @org.jspecify.annotations.Nullable String lines) {
    if (lines == null) {
      return;
    }
    for (String line : lines.split("[\\r\\n]+")) {
      int colon = line.indexOf(':');
      String name = colon < 1 ? "" : line.substring(0, colon).strip().toLowerCase(Locale.ROOT);
      if (name.matches("[a-z0-9-]{1,100}")
          && !name.equals("host")
          && !name.equals("content-length")) {
        headers.put(name, line.substring(colon + 1).strip());
      }
    }
  }
}
