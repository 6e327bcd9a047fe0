package io.ash.coordinator.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ash.archive.BundleLimits;
import io.ash.blob.Lanes;
import io.ash.coordinator.session.Workspaces;
import io.ash.coordinator.session.Workspaces.Source;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.model.SessionId;
import io.ash.time.Timers;
import io.ash.wire.BundleChunk;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The workspace of a session as one tar, out and in. Both ways it goes through part by part; only a
 * bundle inside JSON is in memory whole.
 */
public final class WorkspaceRoutes {
  private static final String WORKSPACE = "/api/sessions/:id/workspace";
  private static final long LARGEST_BODY = 134 * Bodies.MIB;
  private static final long LARGEST = 100 * Bodies.MIB;

  /** More than any bundle that unpacks to what it may. */
  private static final long LARGEST_RAW = BundleLimits.MOST_BYTES + 16 * Bodies.MIB;

  private static final int MOST_UPLOADS = 16;
  private static final Set<String> RAW =
      Set.of(
          "application/gzip",
          "application/x-gzip",
          "application/tar+gzip",
          "application/x-tar",
          "application/octet-stream");

  private final Vertx vertx;
  private final Bodies bodies;
  private final Timers timers;
  private final Workspaces workspaces;
  private final AtomicInteger uploads = new AtomicInteger();

  public WorkspaceRoutes(Vertx vertx, Bodies bodies, Timers timers, Workspaces workspaces) {
    this.vertx = vertx;
    this.bodies = bodies;
    this.timers = timers;
    this.workspaces = workspaces;
  }

  /** The routes of this group. */
  public Router router() {
    Router router = Router.router(vertx);
    Routes.get(router, WORKSPACE).handler(this::download);
    Routes.post(router, WORKSPACE)
        .handler(this::rawUpload)
        .handler(bodies.json(LARGEST_BODY))
        .handler(this::upload);
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

  private Future<Void> send(RoutingContext ctx, String tenant, SessionId id, BundleChunk first) {
    AtomicReference<BundleChunk> part = new AtomicReference<>(first);
    return Lanes.repeat(
            () -> !part.get().last(),
            () ->
                ctx.response()
                    .write(part.get().bytes())
                    .compose(written -> workspaces.readBundle(tenant, id, part.get().handle()))
                    .<Void>map(
                        next -> {
                          part.set(next);
                          return null;
                        }))
        .compose(all -> ctx.response().end(part.get().bytes()));
  }

  /** Takes the body as it comes where its type says that it is the bundle itself. */
  private void rawUpload(RoutingContext ctx) {
    if (!RAW.contains(mediaType(ctx))) {
      ctx.next();
      return;
    }
    SessionId id = Requests.sessionId(ctx);
    BodyParts parts = new BodyParts(ctx, timers, LARGEST_RAW);
    if (uploads.incrementAndGet() > MOST_UPLOADS) {
      uploads.decrementAndGet();
      parts.letGo();
      throw new Refused(
          Refusal.TOO_MANY_REQUESTS, "Too many bundles are coming in at the same time");
    }
    Answers.ok(
        ctx,
        workspaces
            .writeBundle(Authentication.tenant(ctx), id, parts)
            .map(WorkspaceRoutes::answer)
            .onComplete(
                done -> {
                  uploads.decrementAndGet();
                  parts.letGo();
                }));
  }

  private static String mediaType(RoutingContext ctx) {
    String type = ctx.request().getHeader(HttpHeaders.CONTENT_TYPE);
    return type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
  }

  private void upload(RoutingContext ctx) {
    SessionId id = Requests.sessionId(ctx);
    String tenant = Authentication.tenant(ctx);
    Answers.ok(
        ctx,
        vertx
            .executeBlocking(() -> bundle(ctx), false)
            .compose(
                bytes -> {
                  Bodies.forget(ctx);
                  return workspaces.writeBundle(tenant, id, Workspaces.Parts.of(bytes));
                })
            .map(WorkspaceRoutes::answer));
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

  private static ObjectNode answer(Source where) {
    return Json.object()
        .put(
            "message",
            where == Source.SANDBOX
                ? "Workspace restored to live sandbox"
                : "Workspace saved as snapshot");
  }
}
