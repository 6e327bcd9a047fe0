package io.ash.coordinator.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ash.coordinator.session.ListSessions;
import io.ash.coordinator.session.SessionPage;
import io.ash.coordinator.session.Sessions;
import io.ash.coordinator.store.SessionView;
import io.ash.model.SessionId;
import io.ash.model.SessionStatus;
import io.ash.wire.ExecResult;
import io.ash.wire.LogPage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Arrays;
import java.util.List;

/** Sessions: create, look at, rest, end, fork, and commands beside the agent. */
public final class SessionRoutes {
  private static final String ONE = "/api/sessions/:id";
  private static final int LONGEST_COMMAND = 100_000;
  private static final int LONGEST_RUN = 300_000;
  private static final int USUAL_RUN = 30_000;
  private static final List<String> STATUSES =
      Arrays.stream(SessionStatus.values()).map(SessionStatus::text).toList();

  private final Vertx vertx;
  private final Bodies bodies;
  private final Sessions sessions;

  public SessionRoutes(Vertx vertx, Bodies bodies, Sessions sessions) {
    this.vertx = vertx;
    this.bodies = bodies;
    this.sessions = sessions;
  }

  /** A question about one session that is answered with the session. */
  private interface Step {
    Future<SessionView> ask(String tenant, SessionId id);
  }

  /** The routes of this group. */
  public Router router() {
    Router router = Router.router(vertx);
    Routes.post(router, "/api/sessions").handler(bodies.json(8 * Bodies.MIB)).handler(this::create);
    Routes.get(router, "/api/sessions").handler(this::list);
    Routes.get(router, ONE).handler(ctx -> step(ctx, 200, sessions::get));
    Routes.delete(router, ONE).handler(bodies.json()).handler(ctx -> step(ctx, 200, sessions::end));
    Routes.patch(router, ONE + "/config").handler(bodies.json()).handler(this::patch);
    move(router, "pause", 200, sessions::pause);
    move(router, "resume", 200, sessions::resume);
    move(router, "stop", 200, sessions::stop);
    move(router, "fork", 201, sessions::fork);
    Routes.post(router, ONE + "/interrupt").handler(bodies.json()).handler(this::interrupt);
    Routes.post(router, ONE + "/exec").handler(bodies.json()).handler(this::exec);
    Routes.get(router, ONE + "/logs").handler(this::logs);
    return router;
  }

  private void move(Router router, String name, int status, Step step) {
    Routes.post(router, ONE + "/" + name)
        .handler(bodies.json())
        .handler(ctx -> step(ctx, status, step));
  }

  private static void step(RoutingContext ctx, int status, Step step) {
    SessionId id = Requests.sessionId(ctx);
    Answers.when(ctx, status, step.ask(Authentication.tenant(ctx), id).map(SessionJson::wrapped));
  }

  private void create(RoutingContext ctx) {
    Answers.when(ctx, 201, sessions.create(SessionRequests.create(ctx)).map(SessionJson::wrapped));
  }

  private void list(RoutingContext ctx) {
    Query query = Query.of(ctx);
    String agent = query.text("agent", 255);
    String status = query.choice("status", STATUSES);
    int limit = (int) query.number("limit", 100, 1, 1000);
    int offset = (int) query.number("offset", 0, 0, Integer.MAX_VALUE);
    boolean total = query.flag("includeTotal", false);
    query.orThrow();
    ListSessions wish =
        new ListSessions(
            Authentication.tenant(ctx),
            agent,
            status == null ? null : SessionStatus.of(status),
            limit,
            offset,
            total);
    Answers.ok(ctx, sessions.list(wish).map(page -> json(page, total)));
  }

  private static ObjectNode json(SessionPage page, boolean total) {
    ArrayNode list = Json.array();
    page.sessions().forEach(s -> list.add(SessionJson.of(s)));
    ObjectNode json = Json.wrap("sessions", list);
    return total ? json.put("total", page.total()) : json;
  }

  private void patch(RoutingContext ctx) {
    String patch = SessionRequests.patch(ctx);
    step(ctx, 200, (tenant, id) -> sessions.patchConfig(tenant, id, patch));
  }

  private void interrupt(RoutingContext ctx) {
    Answers.ok(
        ctx,
        sessions
            .interrupt(Authentication.tenant(ctx), Requests.sessionId(ctx))
            .map(done -> Json.object().put("interrupted", true)));
  }

  private void exec(RoutingContext ctx) {
    SessionId id = Requests.sessionId(ctx);
    Fields body = Requests.fields(ctx);
    String command = body.required("command", 1, LONGEST_COMMAND);
    if (command.indexOf('\0') >= 0) {
      body.problem("command", "must not contain a NUL character");
    }
    Integer timeout = body.integer("timeout", 1, LONGEST_RUN);
    body.orThrow();
    Answers.ok(
        ctx,
        sessions
            .exec(Authentication.tenant(ctx), id, command, timeout == null ? USUAL_RUN : timeout)
            .map(SessionRoutes::json));
  }

  private static ObjectNode json(ExecResult result) {
    ObjectNode json =
        Json.object()
            .put("exitCode", result.exitCode())
            .put("stdout", result.stdout())
            .put("stderr", result.stderr())
            .put("timedOut", result.timedOut())
            .put("truncated", result.truncated())
            .put("cause", result.cause());
    return result.message().isEmpty() ? json : json.put("message", result.message());
  }

  private void logs(RoutingContext ctx) {
    SessionId id = Requests.sessionId(ctx);
    Query query = Query.of(ctx);
    long after = query.number("after", -1, -1, Long.MAX_VALUE);
    query.orThrow();
    Answers.ok(ctx, sessions.logs(Authentication.tenant(ctx), id, after).map(SessionRoutes::json));
  }

  private static ObjectNode json(LogPage page) {
    ArrayNode list = Json.array();
    page.entries()
        .forEach(
            e ->
                list.addObject()
                    .put("index", e.index())
                    .put("level", e.level())
                    .put("text", e.text())
                    .put("ts", e.ts()));
    return Json.wrap("logs", list).put("source", "sandbox");
  }
}
