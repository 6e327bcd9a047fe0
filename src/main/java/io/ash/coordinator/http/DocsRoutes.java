package io.ash.coordinator.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The description of the interface, as JSON. */
public final class DocsRoutes {
  private final Vertx vertx;
  private final Buffer document;

  /** Reads the description once; {@code version} is the one of this server. */
  public DocsRoutes(Vertx vertx, String version) {
    this.vertx = vertx;
    ObjectNode tree = document();
    ((ObjectNode) tree.get("info")).put("version", version);
    this.document = Buffer.buffer(Json.text(tree));
  }

  /** The routes of this group; they need no key. */
  public Router router() {
    Router router = Router.router(vertx);
    Routes.get(router, "/openapi.json")
        .handler(ctx -> Answers.bytes(ctx, "application/json; charset=utf-8", document));
    return router;
  }

  /** The description as a tree. */
  static ObjectNode document() {
    try (InputStream in = DocsRoutes.class.getResourceAsStream("/openapi.yaml")) {
      if (in == null) {
        throw new IllegalStateException("openapi.yaml is missing from the jar");
      }
      JsonNode tree = new ObjectMapper(new YAMLFactory()).readTree(in);
      return (ObjectNode) tree;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
