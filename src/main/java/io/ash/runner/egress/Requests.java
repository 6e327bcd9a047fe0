package io.ash.runner.egress;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Turns the head of a request into what may be done for it, or says no.
 *
 * @param routes by name
 * @param port of the proxy on its own loopback
 */
record Requests(Map<String, Route> routes, int port) {
  private static final String PLAIN = "http://";
  private static final int HTTP = 80;

  Requests {
    routes = Map.copyOf(routes);
  }

  /** Where a tunnel leads. */
  Destination tunnel(Rules rules, Head head) throws Denied {
    if (head.hasBody()) {
      throw new Denied(Denial.malformed("CONNECT has no body"));
    }
    Destination to = destination(head.target(), 0);
    String host = head.headers().get(HttpHeaderNames.HOST);
    if (host != null) {
      sameHost(to, host, to.port());
    }
    deny(rules.tunnel(to));
    return to;
  }

  /** A request of plain HTTP: through the proxy, or to one of its own paths. */
  Order order(Rules rules, Head head) throws Denied {
    return head.target().startsWith("/") ? routed(rules, head, head.target()) : plain(rules, head);
  }

  private Order plain(Rules rules, Head head) throws Denied {
    String target = head.target();
    if (!target.regionMatches(true, 0, PLAIN, 0, PLAIN.length())) {
      throw new Denied(
          Denial.malformed("the target is neither http:// nor a path; https:// goes by CONNECT"));
    }
    String rest = target.substring(PLAIN.length());
    int end = end(rest);
    String authority = rest.substring(0, end);
    String path = rest.substring(end);
    if (authority.indexOf('@') >= 0 || target.indexOf('#') >= 0) {
      throw new Denied(Denial.malformed("the target names a user or a fragment"));
    }
    path = path.startsWith("/") ? path : "/" + path;
    Destination to = destination(authority, HTTP);
    sameHost(to, host(head), HTTP);
    if (to.text().equals("127.0.0.1:" + port) || to.text().equals("localhost:" + port)) {
      return routed(rules, head, path); // a program that asks the proxy for the proxy
    }
    deny(rules.request(to, head.method(), path));
    return Order.plain(head, to, path);
  }

  private Order routed(Rules rules, Head head, String target) throws Denied {
    String host = host(head);
    if (!host.equals("127.0.0.1:" + port) && !host.equalsIgnoreCase("localhost:" + port)) {
      throw new Denied(
          new Denial(
              Reason.HOST,
              HostNames.shown(host),
              "a path of the proxy was asked for under the name " + HostNames.shown(host),
              null));
    }
    int end = end(target.substring(1)) + 1;
    Route route = routes.get(target.substring(1, end));
    if (route == null) {
      throw new Denied(
          Denial.malformed("this is the way out of a sandbox; it has no such path of its own"));
    }
    String rest = target.substring(end);
    String path = route.path() + (rest.startsWith("/") ? rest : "/" + rest);
    deny(rules.route(route.to(), head.method(), path));
    return Order.routed(head, route, path);
  }

  private static String host(Head head) throws Denied {
    String host = head.headers().get(HttpHeaderNames.HOST);
    if (host == null) {
      throw new Denied(Denial.malformed("there must be one Host header"));
    }
    return host;
  }

  private static int end(String text) {
    for (int i = 0; i < text.length(); i++) {
      if ("/?#".indexOf(text.charAt(i)) >= 0) {
        return i;
      }
    }
    return text.length();
  }

  private static Destination destination(String authority, int otherwise) throws Denied {
    try {
      return Destination.of(authority, otherwise);
    } catch (IllegalArgumentException e) {
      throw new Denied(
          new Denial(
              Reason.NOT_LISTED,
              HostNames.shown(authority),
              HostNames.shown(authority) + " is not asked for in the usual way: " + e.getMessage(),
              "Write the host as a plain name, or as an address in its usual form"));
    }
  }

  private static void sameHost(Destination to, String host, int otherwise) throws Denied {
    @Nullable Destination named;
    try {
      named = Destination.of(host, otherwise);
    } catch (IllegalArgumentException e) {
      named = null;
    }
    if (!to.equals(named)) {
      throw new Denied(
          new Denial(
              Reason.HOST,
              to.text(),
              "the request is for "
                  + to.text()
                  + ", its Host header names "
                  + HostNames.shown(host),
              "Let the Host header name the place that is asked for"));
    }
  }

  private static void deny(Optional<Denial> denial) throws Denied {
    if (denial.isPresent()) {
      throw new Denied(denial.get());
    }
  }
}
