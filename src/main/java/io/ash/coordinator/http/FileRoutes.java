package io.ash.coordinator.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ash.archive.LeftOut;
import io.ash.coordinator.session.Workspaces;
import io.ash.coordinator.session.Workspaces.Listing;
import io.ash.coordinator.session.Workspaces.Part;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.model.SessionId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The files of a session. */
public final class FileRoutes {
  private static final String FILES = "/api/sessions/:id/files";
  private static final long LARGEST_RAW = 100 * Bodies.MIB;
  private static final long LARGEST_JSON = Bodies.MIB;
  private static final long LARGEST_UPLOAD = 200 * Bodies.MIB;

  private final Vertx vertx;
  private final Bodies bodies;
  private final Workspaces workspaces;

  public FileRoutes(Vertx vertx, Bodies bodies, Workspaces workspaces) {
    this.vertx = vertx;
    this.bodies = bodies;
    this.workspaces = workspaces;
  }

  /** The routes of this group. */
  public Router router() {
    Router router = Router.router(vertx);
    Routes.get(router, FILES).handler(this::list);
    Routes.get(router, FILES + "/*").handler(this::read);
    Routes.post(router, FILES).handler(bodies.json(LARGEST_UPLOAD)).handler(this::write);
    Routes.delete(router, FILES + "/*").handler(bodies.json()).handler(this::delete);
    return router;
  }

  private void list(RoutingContext ctx) {
    SessionId id = Requests.sessionId(ctx);
    Query query = Query.of(ctx);
    boolean hidden = query.flag("includeHidden", true);
    query.orThrow();
    Answers.ok(
        ctx, workspaces.list(Authentication.tenant(ctx), id).map(listing -> json(listing, hidden)));
  }

  private static ObjectNode json(Listing listing, boolean includeHidden) {
    ArrayNode files = Json.array();
    listing.files().stream()
        .filter(f -> LeftOut.isListed(f.path(), includeHidden))
        .forEach(
            f ->
                files
                    .addObject()
                    .put("path", f.path())
                    .put("size", f.size())
                    .put("modifiedAt", f.modifiedAt()));
    return Json.wrap("files", files).put("source", listing.source().text());
  }

  private void read(RoutingContext ctx) {
    SessionId id = Requests.sessionId(ctx);
    Query query = Query.of(ctx);
    String format = query.choice("format", List.of("json", "raw"));
    query.orThrow();
    String path = FileNames.safe(Requests.rest(ctx));
    String tenant = Authentication.tenant(ctx);
    Future<Part> first = workspaces.read(tenant, id, path, 0, Workspaces.CHUNK);
    if ("json".equals(format)) {
      Answers.ok(ctx, first.map(part -> whole(path, part)));
    } else {
      first.compose(part -> raw(ctx, tenant, id, path, part)).onFailure(ctx::fail);
    }
  }

  private static ObjectNode whole(String path, Part part) {
    refuseOver(part.chunk().size(), LARGEST_JSON);
    return Json.object()
        .put("path", path)
        .put("content", part.chunk().bytes().toString(StandardCharsets.UTF_8))
        .put("size", part.chunk().size())
        .put("source", part.source().text());
  }

  private Future<Void> raw(
      RoutingContext ctx, String tenant, SessionId id, String path, Part first) {
    long size = first.chunk().size();
    refuseOver(size, LARGEST_RAW);
    ctx.response()
        .putHeader(HttpHeaders.CONTENT_TYPE, FileNames.contentType(path))
        .putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(size))
        .putHeader("Content-Disposition", FileNames.attachment(path))
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .putHeader("X-Ash-Source", first.source().text());
    if (ctx.request().method().equals(HttpMethod.HEAD)) {
      return ctx.response().end();
    }
    return send(ctx, tenant, id, path, first, 0);
  }

  /** Writes a part, then reads the next; a file that changes its size meanwhile breaks off. */
  private Future<Void> send(
      RoutingContext ctx, String tenant, SessionId id, String path, Part part, long offset) {
    long size = part.chunk().size();
    long next = offset + part.chunk().bytes().length();
    if (next >= size) {
      return ctx.response().end(part.chunk().bytes());
    }
    return ctx.response()
        .write(part.chunk().bytes())
        .compose(written -> workspaces.read(tenant, id, path, next, Workspaces.CHUNK))
        .compose(
            more ->
                more.chunk().size() == size && more.chunk().bytes().length() > 0
                    ? send(ctx, tenant, id, path, more, next)
                    : Future.failedFuture(
                        new Refused(Refusal.FILE_REFUSED, "The file changed while it was read")));
  }

  private static void refuseOver(long size, long most) {
    if (size > most) {
      throw new Refused(
          Refusal.FILE_REFUSED, "File too large (" + size + " bytes, max " + most + ")");
    }
  }

  private void write(RoutingContext ctx) {
    SessionId id = Requests.sessionId(ctx);
    String tenant = Authentication.tenant(ctx);
    ArrayNode done = Json.array();
    Answers.ok(
        ctx,
        vertx
            .executeBlocking(() -> FileUpload.of(ctx), false)
            .compose(
                files -> {
                  Future<Void> last = Future.succeededFuture();
                  for (FileUpload file : files) {
                    last = last.compose(v -> write(tenant, id, file, done));
                  }
                  return last;
                })
            .map(v -> Json.wrap("files", done)));
  }

  private Future<Void> write(String tenant, SessionId id, FileUpload file, ArrayNode done) {
    ObjectNode line = done.addObject().put("path", file.path()).put("written", false);
    if (file.bytes() == null) {
      line.put("error", file.problem());
      return Future.succeededFuture();
    }
    return workspaces
        .write(tenant, id, file.path(), file.bytes())
        .<Void>map(
            where -> {
              line.put("written", true).put("size", file.bytes().length());
              return null;
            })
        .recover(
            failure -> {
              if (failure instanceof Refused no && no.refusal() == Refusal.FILE_REFUSED) {
                line.put("error", no.text());
                return Future.succeededFuture();
              }
              return Future.failedFuture(failure);
            });
  }

  private void delete(RoutingContext ctx) {
    SessionId id = Requests.sessionId(ctx);
    String path = FileNames.safe(Requests.rest(ctx));
    Answers.ok(
        ctx,
        workspaces
            .delete(Authentication.tenant(ctx), id, path)
            .map(v -> Json.object().put("path", path).put("deleted", true)));
  }
}
