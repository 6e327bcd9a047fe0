package io.ash.coordinator.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ash.blob.ManifestEntry;
import io.ash.coordinator.agent.Agents;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Agents: deploy, look at, change, delete, and their files. */
public final class AgentRoutes {
  private static final String ALL = "/api/agents";
  private static final String ONE = ALL + "/:name";
  private static final String FILES = ONE + "/files";

  /** The largest agent in base64 and a little more. */
  private static final long LARGEST_DEPLOY = 96 * Bodies.MIB;

  private static final long LARGEST_JSON = Bodies.MIB;

  private final Vertx vertx;
  private final Bodies bodies;
  private final Agents agents;

  public AgentRoutes(Vertx vertx, Bodies bodies, Agents agents) {
    this.vertx = vertx;
    this.bodies = bodies;
    this.agents = agents;
  }

  /** The routes of this group. */
  public Router router() {
    Router router = Router.router(vertx);
    Routes.post(router, ALL).handler(bodies.json(LARGEST_DEPLOY)).handler(this::deploy);
    Routes.get(router, ALL).handler(this::list);
    Routes.get(router, ONE).handler(this::get);
    Routes.patch(router, ONE).handler(bodies.json()).handler(this::patch);
    Routes.delete(router, ONE).handler(bodies.json()).handler(this::delete);
    Routes.get(router, ONE + "/config").handler(this::config);
    Routes.patch(router, ONE + "/config").handler(bodies.json()).handler(this::patchConfig);
    Routes.get(router, FILES).handler(this::files);
    Routes.get(router, FILES + "/*").handler(this::file);
    Routes.post(router, FILES).handler(bodies.json(LARGEST_DEPLOY)).handler(this::putFiles);
    Routes.delete(router, FILES + "/*").handler(bodies.json()).handler(this::deleteFile);
    return router;
  }

  private void deploy(RoutingContext ctx) {
    String tenant = Authentication.tenant(ctx);
    Fields body = Requests.fields(ctx);
    Answers.when(
        ctx,
        201,
        vertx
            .executeBlocking(() -> AgentRequests.deploy(tenant, body), false)
            .compose(agents::deploy)
            .map(AgentJson::wrapped));
  }

  private void list(RoutingContext ctx) {
    Answers.ok(ctx, agents.list(Authentication.tenant(ctx)).map(AgentJson::wrapped));
  }

  private void get(RoutingContext ctx) {
    Answers.ok(ctx, agents.get(Authentication.tenant(ctx), name(ctx)).map(AgentJson::wrapped));
  }

  private void patch(RoutingContext ctx) {
    AgentRequests.Patch patch = AgentRequests.patch(Requests.requiredFields(ctx));
    Answers.ok(
        ctx,
        agents
            .patch(Authentication.tenant(ctx), name(ctx), patch.env(), patch.config())
            .map(AgentJson::wrapped));
  }

  private void delete(RoutingContext ctx) {
    Answers.ok(
        ctx,
        agents
            .delete(Authentication.tenant(ctx), name(ctx))
            .map(gone -> Json.object().put("ok", true)));
  }

  private void config(RoutingContext ctx) {
    Answers.ok(
        ctx,
        agents
            .config(Authentication.tenant(ctx), name(ctx))
            .map(config -> Json.wrap("config", Json.stored(config.encode()))));
  }

  private void patchConfig(RoutingContext ctx) {
    ObjectNode sent = Requests.requiredFields(ctx).source();
    Answers.ok(
        ctx,
        agents
            .patch(Authentication.tenant(ctx), name(ctx), null, AgentRequests.object(sent))
            .map(agent -> Json.wrap("config", Json.stored(agent.config()))));
  }

  private void files(RoutingContext ctx) {
    Answers.ok(ctx, agents.files(Authentication.tenant(ctx), name(ctx)).map(AgentJson::files));
  }

  private void putFiles(RoutingContext ctx) {
    String tenant = Authentication.tenant(ctx);
    Fields body = Requests.requiredFields(ctx);
    Answers.ok(
        ctx,
        vertx
            .executeBlocking(() -> AgentRequests.files(body), false)
            .compose(
                files ->
                    agents
                        .putFiles(tenant, name(ctx), files)
                        .map(
                            agent ->
                                Json.object()
                                    .put("written", files.size())
                                    .put("version", agent.version()))));
  }

  private void deleteFile(RoutingContext ctx) {
    Answers.ok(
        ctx,
        agents
            .deleteFile(Authentication.tenant(ctx), name(ctx), Requests.rest(ctx))
            .map(agent -> Json.object().put("deleted", true).put("version", agent.version())));
  }

  private void file(RoutingContext ctx) {
    Query query = Query.of(ctx);
    String format = query.choice("format", List.of("json", "raw"));
    query.orThrow();
    String tenant = Authentication.tenant(ctx);
    Future<ManifestEntry.File> file = agents.file(tenant, name(ctx), Requests.rest(ctx));
    if ("raw".equals(format)) {
      file.compose(found -> raw(ctx, tenant, found)).onFailure(ctx::fail);
    } else {
      Answers.ok(ctx, file.compose(found -> whole(tenant, found)));
    }
  }

  private Future<JsonNode> whole(String tenant, ManifestEntry.File file) {
    if (file.size() > LARGEST_JSON) {
      return Future.failedFuture(
          new Refused(
              Refusal.FILE_REFUSED,
              "File too large (" + file.size() + " bytes, max " + LARGEST_JSON + ")"));
    }
    Future<Buffer> content =
        file.chunks().isEmpty()
            ? Future.succeededFuture(Buffer.buffer())
            : agents.chunk(tenant, file.chunks().get(0));
    return content.map(
        bytes ->
            Json.object()
                .put("path", file.path())
                .put("content", bytes.toString(StandardCharsets.UTF_8))
                .put("size", file.size()));
  }

  /** Sends a file chunk by chunk; the first is read, and so checked, before the head is written. */
  private Future<Void> raw(RoutingContext ctx, String tenant, ManifestEntry.File file) {
    ctx.response()
        .putHeader(HttpHeaders.CONTENT_TYPE, contentType(file.path()))
        .putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(file.size()))
        .putHeader("Content-Disposition", FileNames.attachment(file.path()))
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    if (ctx.request().method().equals(HttpMethod.HEAD)) {
      return ctx.response().end();
    }
    Future<Void> sent = Future.succeededFuture();
    for (String key : file.chunks()) {
      sent =
          sent.compose(before -> agents.chunk(tenant, key))
              .compose(bytes -> ctx.response().write(bytes));
    }
    return sent.compose(all -> ctx.response().end());
  }

  private static String contentType(String path) {
    return path.endsWith(".md")
        ? "text/markdown"
        : path.endsWith(".json") ? "application/json" : "application/octet-stream";
  }

  private static String name(RoutingContext ctx) {
    return ctx.pathParam("name");
  }
}
