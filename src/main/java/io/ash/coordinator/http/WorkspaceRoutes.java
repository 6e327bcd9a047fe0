package io.ash.coordinator.http;

import io.ash.coordinator.session.Workspaces;
import io.ash.coordinator.session.Workspaces.Source;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.model.SessionId;
import io.ash.wire.BundleChunk;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** The workspace of a session as one gzipped tar, out and in. */
public final class WorkspaceRoutes {
  private static final String WORKSPACE = "/api/sessions/:id/workspace";
  private static final long LARGEST_BODY = 134 * Bodies.MIB;
  private static final long LARGEST = 100 * Bodies.MIB;

  private final Vertx vertx;
  private final Bodies bodies;
  private final Workspaces workspaces;

  public WorkspaceRoutes(Vertx vertx, Bodies bodies, Workspaces workspaces) {
    this.vertx = vertx;
    this.bodies = bodies;
    this.workspaces = workspaces;
  }

  /** The routes of this group. */
  public Router router() {
    Router router = Router.router(vertx);
    Routes.get(router, WORKSPACE).handler(this::download);
    Routes.post(router, WORKSPACE).handler(bodies.json(LARGEST_BODY)).handler(this::upload);
    return router;
  }

  private void download(RoutingContext ctx) {
    SessionId id = Requests.sessionId(ctx);
    String tenant = Authentication.tenant(ctx);
    workspaces
        .readBundle(tenant, id, "")
        .compose(
            first -> {
              ctx.response()
                  .putHeader(HttpHeaders.CONTENT_TYPE, "application/gzip")
                  .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                  .putHeader("Content-Disposition", "attachment; filename=\"" + id + ".tar.gz\"");
              if (ctx.request().method().equals(HttpMethod.HEAD)) {
                return ctx.response().end();
              }
              ctx.response().setChunked(true);
              return send(ctx, tenant, id, first);
            })
        .onFailure(ctx::fail);
  }

  private Future<Void> send(RoutingContext ctx, String tenant, SessionId id, BundleChunk part) {
    if (part.last()) {
      return ctx.response().end(part.bytes());
    }
    return ctx.response()
        .write(part.bytes())
        .compose(written -> workspaces.readBundle(tenant, id, part.handle()))
        .compose(next -> send(ctx, tenant, id, next));
  }

  private void upload(RoutingContext ctx) {
    SessionId id = Requests.sessionId(ctx);
    String tenant = Authentication.tenant(ctx);
    Answers.ok(
        ctx,
        vertx
            .executeBlocking(() -> bundle(ctx), false)
            .compose(bytes -> workspaces.writeBundle(tenant, id, bytes))
            .map(where -> Json.object().put("message", message(where))));
  }

  private static Buffer bundle(RoutingContext ctx) {
    Fields body = Requests.fields(ctx);
    Buffer bytes = FileUpload.base64(body, "bundle");
    body.orThrow();
    if (bytes.length() == 0) {
      throw invalid("Empty bundle");
    }
    if (bytes.length() > LARGEST) {
      throw invalid("Bundle exceeds maximum size of " + LARGEST + " bytes");
    }
    if (bytes.length() < 2
        || bytes.getUnsignedByte(0) != 0x1f
        || bytes.getUnsignedByte(1) != 0x8b) {
      throw invalid("Invalid bundle: not a gzip file");
    }
    return bytes;
  }

  private static Refused invalid(String text) {
    return new Refused(Refusal.INVALID_REQUEST, text);
  }

  private static String message(Source where) {
    return where == Source.SANDBOX
        ? "Workspace restored to live sandbox"
        : "Workspace saved as snapshot";
  }
}
