package io.ash.coordinator.http;

import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;

/** Declares routes of a group; paths are whole, as clients write them. */
final class Routes {
  private Routes() {}

  /** A route that reads: GET, and HEAD with it. */
  static Route get(Router router, String path) {
    return router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD);
  }

  static Route post(Router router, String path) {
    return router.route(HttpMethod.POST, path);
  }

  static Route patch(Router router, String path) {
    return router.route(HttpMethod.PATCH, path);
  }

  static Route delete(Router router, String path) {
    return router.route(HttpMethod.DELETE, path);
  }
}
