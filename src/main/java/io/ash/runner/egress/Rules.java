package io.ash.runner.egress;

import io.ash.model.NetworkRule;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What one session may reach at a time. Immutable.
 *
 * @param listed the lines of its allow-list
 * @param implied places that are allowed without being listed
 * @param routes whether the routes with secrets are open
 */
record Rules(List<NetworkRule> listed, Set<Destination> implied, boolean routes) {
  /** Lets nothing out. */
  static final Rules NOTHING = new Rules(List.of(), Set.of(), false);

  private static final int HTTPS = 443;
  private static final int HTTP = 80;

  /** Parts of a path that two programs may read in two ways. */
  private static final Pattern DOUBTFUL =
      Pattern.compile("//|\\\\|/\\.{1,2}(/|$)|%(2e|2f|5c|00|25)|[\\x00-\\x20\\x7f-\\uffff]|;|#");

  Rules {
    listed = List.copyOf(listed);
    implied = Set.copyOf(implied);
  }

  /** What stands against a tunnel, or nothing. */
  Optional<Denial> tunnel(Destination to) {
    if (implied.contains(to)) {
      return Optional.empty();
    }
    List<NetworkRule> here = about(to);
    List<NetworkRule> open =
        here.stream()
            .filter(r -> r.port() == 0 ? to.port() == HTTPS : r.port() == to.port())
            .toList();
    if (open.isEmpty()) {
      return Optional.of(Denial.notListed(here.isEmpty() ? Reason.NOT_LISTED : Reason.PORT, to));
    }
    return open.stream().anyMatch(NetworkRule::unconditional)
        ? Optional.empty()
        : Optional.of(
            new Denial(
                Reason.TUNNEL,
                to.text(),
                to.host().text() + " is allowed for some methods or paths, which a tunnel hides",
                "Let the program speak plain HTTP to a route of `secrets`, or leave out methods"
                    + " and paths of that line"));
  }

  /** What stands against a request that is not encrypted, or nothing. */
  Optional<Denial> request(Destination to, String method, String path) {
    if (implied.contains(to)) {
      return Optional.empty();
    }
    List<NetworkRule> here = about(to);
    List<NetworkRule> open =
        here.stream()
            .filter(r -> r.port() == 0 ? to.port() == HTTP : r.port() == to.port())
            .toList();
    if (open.isEmpty()) {
      return Optional.of(Denial.notListed(here.isEmpty() ? Reason.NOT_LISTED : Reason.PORT, to));
    }
    return judge(open, to, method, path);
  }

  /** What stands against a request on a route with a secret, or nothing. */
  Optional<Denial> route(Destination to, String method, String path) {
    if (!routes) {
      return Optional.of(Denial.notListed(Reason.NOT_LISTED, to));
    }
    List<NetworkRule> here =
        about(to).stream().filter(r -> r.port() == 0 || r.port() == to.port()).toList();
    return here.isEmpty() ? Optional.empty() : judge(here, to, method, path);
  }

  /** Whether a flow of requests that was begun may go on; each request is judged by itself. */
  boolean stillReaches(Destination to) {
    return implied.contains(to) || !about(to).isEmpty();
  }

  private List<NetworkRule> about(Destination to) {
    return listed.stream().filter(r -> r.covers(to.host())).toList();
  }

  private static Optional<Denial> judge(
      List<NetworkRule> open, Destination to, String method, String path) {
    List<NetworkRule> asked =
        open.stream().filter(r -> r.methods().isEmpty() || r.methods().contains(method)).toList();
    if (asked.isEmpty()) {
      return Optional.of(
          new Denial(
              Reason.METHOD,
              to.text(),
              to.host().text() + " is allowed, but not the method " + method,
              "Add " + method + " to methods of that line in network.allow of ash.yaml"));
    }
    boolean free = asked.stream().anyMatch(r -> r.paths().isEmpty());
    boolean covered =
        !DOUBTFUL.matcher(path(path).toLowerCase(Locale.ROOT)).find()
            && asked.stream().anyMatch(r -> r.paths().stream().anyMatch(p -> begins(path, p)));
    return free || covered
        ? Optional.empty()
        : Optional.of(
            new Denial(
                Reason.PATH,
                to.text(),
                to.host().text() + " is allowed, but not this path",
                "Add the beginning of the path to paths of that line in network.allow of ash.yaml"));
  }

  /** {@code /v1} covers {@code /v1} and {@code /v1/x}, and never {@code /v10}. */
  private static boolean begins(String target, String prefix) {
    String path = path(target);
    return path.equals(prefix)
        || (path.startsWith(prefix)
            && (prefix.endsWith("/") || path.charAt(prefix.length()) == '/'));
  }

  private static String path(String target) {
    int query = target.indexOf('?');
    return query < 0 ? target : target.substring(0, query);
  }
}
