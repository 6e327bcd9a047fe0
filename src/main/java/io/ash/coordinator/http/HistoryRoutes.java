package io.ash.coordinator.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ash.coordinator.journal.Journal;
import io.ash.coordinator.session.Sessions;
import io.ash.coordinator.store.MessageRow;
import io.ash.model.SessionId;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** What was said and done in a session: views of its journal. */
public final class HistoryRoutes {
  private final Vertx vertx;
  private final Sessions sessions;
  private final Journal journal;
  private final TimelinePages timeline;

  public HistoryRoutes(Vertx vertx, Sessions sessions, Journal journal) {
    this.vertx = vertx;
    this.sessions = sessions;
    this.journal = journal;
    this.timeline = new TimelinePages(journal);
  }

  /** The routes of this group. */
  public Router router() {
    Router router = Router.router(vertx);
    Routes.get(router, "/api/sessions/:id/messages").handler(this::messages);
    Routes.get(router, "/api/sessions/:id/events").handler(this::events);
    return router;
  }

  private void messages(RoutingContext ctx) {
    SessionId id = Requests.sessionId(ctx);
    Query query = Query.of(ctx);
    int limit = (int) query.number("limit", 100, 1, 1000);
    long after = query.number("after", 0, 0, Long.MAX_VALUE);
    query.orThrow();
    String tenant = Authentication.tenant(ctx);
    Answers.ok(
        ctx,
        sessions
            .get(tenant, id)
            .compose(session -> journal.messages(id, after, limit))
            .map(
                rows -> {
                  ArrayNode list = Json.array();
                  rows.forEach(row -> list.add(json(id, tenant, row)));
                  return Json.wrap("messages", list);
                }));
  }

  private static ObjectNode json(SessionId id, String tenant, MessageRow row) {
    return Json.object()
        .put("id", Names.message(id, row.sequence()).toString())
        .put("sessionId", id.toString())
        .put("role", row.role())
        .put("content", row.body())
        .put("sequence", row.sequence())
        .put("createdAt", Json.time(row.at()))
        .put("tenantId", tenant);
  }

  private void events(RoutingContext ctx) {
    SessionId id = Requests.sessionId(ctx);
    Query query = Query.of(ctx);
    int limit = (int) query.number("limit", 200, 1, 1000);
    long after = query.number("after", 0, 0, Long.MAX_VALUE);
    String type = query.choice("type", Timeline.TYPES);
    query.orThrow();
    String tenant = Authentication.tenant(ctx);
    Answers.ok(
        ctx,
        sessions
            .get(tenant, id)
            .compose(session -> timeline.read(id, after, limit, type))
            .map(
                events -> {
                  ArrayNode list = Json.array();
                  events.forEach(event -> list.add(event.json(id, tenant)));
                  return Json.wrap("events", list);
                }));
  }
}
