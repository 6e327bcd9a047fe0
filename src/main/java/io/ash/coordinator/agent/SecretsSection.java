package io.ash.coordinator.agent;

import io.ash.model.HostName;
import io.ash.model.NetworkRule;
import io.ash.model.SecretRoute;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads the section {@code secrets} of an {@code ash.yaml}. */
final class SecretsSection {
  private static final int MOST = 32;
  private static final int HTTPS = 443;
  private static final Set<String> KEYS = Set.of("env", "host", "header", "format", "baseUrlEnv");

  private SecretsSection() {}

  static List<SecretRoute> read(@Nullable Object value, Consumer<String> wrong) {
    List<SecretRoute> secrets = new ArrayList<>();
    if (value == null) {
      return secrets;
    }
    if (!(value instanceof List<?> list) || list.size() > MOST) {
      wrong.accept("secrets must be a list of at most " + MOST + " maps");
      return secrets;
    }
    for (int i = 0; i < list.size(); i++) {
      String path = "secrets[" + i + "]";
      if (list.get(i) instanceof Map<?, ?> one) {
        NetworkWish.only(one, path, KEYS, wrong);
        secret(secrets, one, path, wrong);
      } else {
        wrong.accept(path + " must be a map with env, host, header and baseUrlEnv");
      }
    }
    return secrets;
  }

  private static void secret(
      List<SecretRoute> secrets, Map<?, ?> one, String path, Consumer<String> wrong) {
    for (String needed : List.of("env", "host", "header", "baseUrlEnv")) {
      if (!(one.get(needed) instanceof String)) {
        wrong.accept(path + "." + needed + " must be a string");
        return;
      }
    }
    Object format = one.get("format");
    if (format != null && !(format instanceof String)) {
      wrong.accept(path + ".format must be a string");
      return;
    }
    try {
      NetworkRule place = NetworkRule.of(String.valueOf(one.get("host")));
      if (place.host().startsWith("*")) {
        throw new IllegalArgumentException("a secret goes to one host, not to *");
      }
      boolean six = place.host().indexOf(':') >= 0;
      secrets.add(
          new SecretRoute(
              String.valueOf(one.get("env")),
              HostName.of(six ? "[" + place.host() + "]" : place.host()),
              place.port() == 0 ? HTTPS : place.port(),
              String.valueOf(one.get("header")),
              format == null ? SecretRoute.HOLE : String.valueOf(format),
              String.valueOf(one.get("baseUrlEnv"))));
    } catch (IllegalArgumentException e) {
      wrong.accept(path + ": " + e.getMessage());
    }
  }
}
