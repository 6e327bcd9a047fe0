package io.ash.coordinator.http;

import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The table of what is routed: which methods each path template has.
 *
 * <p>It answers what a router cannot: which methods a path would take (405 with Allow), and a name
 * for a request that holds no id (metrics and logs).
 */
final class Templates {
  /** The name of everything that no route matches. */
  static final String UNKNOWN = "unknown";

  private static final String KEY = "ash.route";
  private final List<Template> all = new ArrayList<>();

  /** One path of one route. */
  record Template(String path, Pattern pattern, Set<String> methods) {}

  Templates(List<Router> groups) {
    for (Router group : groups) {
      group.getRoutes().forEach(this::add);
    }
  }

  /** Every (method, path template), as {@code "GET /api/sessions/:id"}, sorted. */
  Set<String> operations() {
    Set<String> operations = new TreeSet<>();
    all.forEach(t -> t.methods().forEach(m -> operations.add(m + " " + t.path())));
    return operations;
  }

  /** The methods that a path takes, sorted; empty where no route has it. */
  Set<String> methods(String path) {
    Set<String> methods = new TreeSet<>();
    for (Template t : all) {
      if (t.pattern().matcher(path).matches()) {
        methods.addAll(t.methods());
      }
    }
    return methods;
  }

  /** Notes the template of a request, to be read with {@link #of}. */
  void note(RoutingContext ctx) {
    String path = decoded(ctx);
    String method = ctx.request().method().name();
    for (Template t : all) {
      if (t.methods().contains(method) && t.pattern().matcher(path).matches()) {
        ctx.put(KEY, t.path());
        return;
      }
    }
  }

  private static String decoded(RoutingContext ctx) {
    try {
      return ctx.normalizedPath();
    } catch (IllegalArgumentException e) {
      throw new Invalid("path", "must be percent-encoded UTF-8");
    }
  }

  /** The path template of a request, or {@link #UNKNOWN}. */
  static String of(RoutingContext ctx) {
    String path = ctx.get(KEY);
    return path == null ? UNKNOWN : path;
  }

  private void add(Route route) {
    if (route.getPath() == null || route.methods() == null || route.methods().isEmpty()) {
      return;
    }
    Set<String> methods = new TreeSet<>();
    route.methods().forEach(m -> methods.add(m.name()));
    StringBuilder regex = new StringBuilder();
    String path = route.getPath();
    if (!route.isExactPath() && !path.endsWith("*")) {
      path = path + "*";
    }
    String fixed = path.endsWith("*") ? path.substring(0, path.length() - 1) : path;
    for (String segment : fixed.split("(?=/)", -1)) {
      regex.append(segment.startsWith("/:") ? "/[^/]+" : Pattern.quote(segment));
    }
    if (path.endsWith("*")) {
      regex.append(".*");
    }
    all.add(new Template(path, Pattern.compile(regex.toString(), Pattern.DOTALL), methods));
  }
}
