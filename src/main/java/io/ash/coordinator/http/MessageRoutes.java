package io.ash.coordinator.http;

import io.ash.coordinator.journal.Journal;
import io.ash.coordinator.session.SendMessage;
import io.ash.coordinator.session.SentTurn;
import io.ash.coordinator.session.Sessions;
import io.ash.model.SessionId;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Objects;

/** Messages to an agent, answered with the stream of their turn. */
public final class MessageRoutes {
  private static final long LIMIT = 50 * Bodies.MIB;

  private final Vertx vertx;
  private final Bodies bodies;
  private final Sessions sessions;
  private final Journal journal;
  private final SseStreams streams;
  private final String version;

  /**
   * Answers messages.
   *
   * @param version of this server, told in {@code session_start}
   */
  public MessageRoutes(
      Vertx vertx,
      Bodies bodies,
      Sessions sessions,
      Journal journal,
      SseStreams streams,
      String version) {
    this.vertx = vertx;
    this.bodies = bodies;
    this.sessions = sessions;
    this.journal = journal;
    this.streams = streams;
    this.version = version;
  }

  /** The routes of this group. */
  public Router router() {
    Router router = Router.router(vertx);
    Routes.post(router, "/api/sessions/:id/messages")
        .handler(bodies.json(LIMIT))
        .handler(this::send);
    return router;
  }

  private void send(RoutingContext ctx) {
    streams.admit(ctx);
    SessionId id = Requests.sessionId(ctx);
    SendMessage message = MessageRequest.of(ctx, id);
    Bodies.forget(ctx);
    Context loop = Objects.requireNonNull(Vertx.currentContext());
    sessions.send(message).map(sent -> answer(ctx, id, sent, loop)).onFailure(ctx::fail);
  }

  private SentTurn answer(RoutingContext ctx, SessionId id, SentTurn sent, Context loop) {
    streams.turn(
        ctx,
        id,
        sent.turn(),
        sent.cursor(),
        after -> Tail.of(journal.follow(id, after, loop)),
        version);
    return sent;
  }
}
