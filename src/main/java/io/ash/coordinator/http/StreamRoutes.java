package io.ash.coordinator.http;

import io.ash.coordinator.auth.StreamTickets;
import io.ash.coordinator.journal.Journal;
import io.ash.coordinator.session.Sessions;
import io.ash.coordinator.store.SessionView;
import io.ash.model.SessionId;
import io.ash.model.SessionStatus;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Objects;
import java.util.function.LongFunction;

/**
 * The stream of a session, to read from anywhere: with a key, or with a ticket in the query for
 * clients that cannot send headers. A ticket opens this route only and is never logged.
 */
public final class StreamRoutes {
  private static final String STREAM = "/api/sessions/:id/stream";

  private final Vertx vertx;
  private final Sessions sessions;
  private final Journal journal;
  private final SseStreams streams;
  private final StreamTickets tickets;
  private final Authentication authentication;

  public StreamRoutes(
      Vertx vertx,
      Sessions sessions,
      Journal journal,
      SseStreams streams,
      StreamTickets tickets,
      Authentication authentication) {
    this.vertx = vertx;
    this.sessions = sessions;
    this.journal = journal;
    this.streams = streams;
    this.tickets = tickets;
    this.authentication = authentication;
  }

  /** Routes that look after their callers themselves. */
  public Router open() {
    Router router = Router.router(vertx);
    Routes.get(router, STREAM).handler(this::admit).handler(this::stream);
    return router;
  }

  /** Routes behind the usual authentication. */
  public Router keyed(Bodies bodies) {
    Router router = Router.router(vertx);
    Routes.post(router, STREAM + "-ticket").handler(bodies.json()).handler(this::ticket);
    return router;
  }

  private void admit(RoutingContext ctx) {
    List<String> ticket = ctx.queryParam("ticket");
    if (ticket.isEmpty()) {
      authentication.handle(ctx);
      return;
    }
    boolean continues = !Cursor.lastEventId(ctx.request()).isEmpty();
    Authentication.admit(ctx, tickets.redeem(ticket.get(0), Requests.sessionId(ctx), continues));
  }

  private void stream(RoutingContext ctx) {
    SessionId id = Requests.sessionId(ctx);
    Cursor cursor = Cursor.of(ctx);
    Context loop = Objects.requireNonNull(Vertx.currentContext());
    sessions
        .get(Authentication.tenant(ctx), id)
        .map(
            session ->
                open(ctx, session, cursor, after -> Tail.of(journal.follow(id, after, loop))))
        .onFailure(ctx::fail);
  }

  private SessionView open(
      RoutingContext ctx, SessionView session, Cursor cursor, LongFunction<Tail> tails) {
    long last = session.lastSeq();
    if (session.status() == SessionStatus.ENDED
        && cursor.given()
        && (cursor.tail() || (cursor.seq() == last && cursor.frame() == 0))) {
      ctx.response().setStatusCode(204).end();
    } else {
      streams.session(ctx, session.id(), cursor.within(last), tails);
    }
    return session;
  }

  private void ticket(RoutingContext ctx) {
    SessionId id = Requests.sessionId(ctx);
    Answers.when(
        ctx,
        201,
        sessions
            .get(Authentication.tenant(ctx), id)
            .compose(session -> tickets.issue(Authentication.caller(ctx), id))
            .map(
                ticket ->
                    Json.object()
                        .put("ticket", ticket)
                        .put("expiresInSeconds", StreamTickets.FIRST_USE.toSeconds())
                        .put("url", "/api/sessions/" + id + "/stream?ticket=" + ticket)));
  }
}
