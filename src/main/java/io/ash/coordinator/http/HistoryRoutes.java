package io.ash.coordinator.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ash.blob.Lanes;
import io.ash.coordinator.journal.Journal;
import io.ash.coordinator.session.Messages;
import io.ash.coordinator.session.Sessions;
import io.ash.coordinator.store.MessageRow;
import io.ash.coordinator.store.TurnStore;
import io.ash.model.SessionId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/** What was said and done in a session: views of its journal. */
public final class HistoryRoutes {
  private final Vertx vertx;
  private final Sessions sessions;
  private final Messages messages;
  private final TimelinePages timeline;

  public HistoryRoutes(Vertx vertx, Sessions sessions, Messages messages, Journal journal) {
    this.vertx = vertx;
    this.sessions = sessions;
    this.messages = messages;
    this.timeline = new TimelinePages(journal);
  }

  /** The routes of this group. */
  public Router router() {
    Router router = Router.router(vertx);
    Routes.get(router, "/api/sessions/:id/messages").handler(this::messages);
    Routes.get(router, "/api/sessions/:id/turns/:turn/message").handler(this::message);
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
            .compose(session -> messages.list(tenant, id, after, limit))
            .map(
                rows -> {
                  ArrayNode list = Json.array();
                  rows.forEach(row -> list.add(json(id, tenant, row)));
                  return Json.wrap("messages", list);
                }));
  }

  /** The message that began a turn, whole however large it is: part by part. */
  private void message(RoutingContext ctx) {
    SessionId id = Requests.sessionId(ctx);
    int turn = Requests.number(ctx, "turn");
    String tenant = Authentication.tenant(ctx);
    sessions
        .get(tenant, id)
        .compose(session -> messages.message(id, turn))
        .compose(
            found -> {
              ctx.response()
                  .putHeader(HttpHeaders.CONTENT_TYPE, "application/json; charset=utf-8")
                  .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
              if (found.parts().isEmpty() || ctx.request().method().equals(HttpMethod.HEAD)) {
                Answers.bytes(ctx, "application/json; charset=utf-8", Buffer.buffer(found.body()));
                return Future.succeededFuture();
              }
              return messages
                  .part(tenant, found.parts().get(0))
                  .compose(first -> send(ctx, tenant, found, first));
            })
        .onFailure(ctx::fail);
  }

  private Future<Void> send(
      RoutingContext ctx, String tenant, TurnStore.Message message, Buffer first) {
    List<String> rest = message.parts().subList(1, message.parts().size());
    return ctx.response()
        .setChunked(true)
        .write(Buffer.buffer("{\"type\":\"user\",\"content\":").appendBuffer(first))
        .compose(
            begun ->
                Lanes.each(
                    rest, 1, key -> messages.part(tenant, key).compose(ctx.response()::write)))
        .compose(all -> ctx.response().end("}"));
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
