package io.ash.runner.egress;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A request that may go out, in the form in which it goes.
 *
 * @param to whom it is for
 * @param tls whether it goes through TLS
 * @param trusted whether the place may be private
 */
record Order(Destination to, boolean tls, boolean trusted, HttpRequest request) {
  /** What is said to the next program only, and never handed on. */
  private static final List<String> NEXT_ONLY =
      List.of(
          "connection",
          "proxy-connection",
          "keep-alive",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "expect",
          "proxy-authorization",
          "proxy-authenticate");

  /** A request of plain HTTP. */
  static Order plain(Head head, Destination to, String path) {
    return new Order(to, false, false, request(head, to, 80, path, Map.of()));
  }

  /** A request on a route, with what the route adds. */
  static Order routed(Head head, Route route, String path) {
    int usual = route.tls() ? 443 : 80;
    return new Order(
        route.to(),
        route.tls(),
        route.trusted(),
        request(head, route.to(), usual, path, route.headers()));
  }

  private static HttpRequest request(
      Head head, Destination to, int usual, String path, Map<String, String> added) {
    HttpRequest request =
        new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.valueOf(head.method()), path);
    HttpHeaders headers = request.headers().set(head.headers());
    strip(headers);
    added.forEach(
        (name, value) -> {
          headers.remove(name);
          if (!value.equals(ModelAccess.DROP)) {
            headers.set(name, value);
          }
        });
    headers.set(HttpHeaderNames.HOST, to.port() == usual ? to.host().inUrl() : to.text());
    if (head.length() == Head.CHUNKED) {
      headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    }
    return request;
  }

  /** Removes what is meant for this connection only. */
  static void strip(HttpHeaders headers) {
    for (String list : headers.getAll(HttpHeaderNames.CONNECTION)) {
      for (String name : list.split(",")) {
        String named = name.strip().toLowerCase(Locale.ROOT);
        if (!named.isEmpty() && !named.equals("host") && !named.equals("content-length")) {
          headers.remove(named);
        }
      }
    }
    NEXT_ONLY.forEach(headers::remove);
  }
}
