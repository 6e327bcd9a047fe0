package io.ash.coordinator.http;

import io.ash.coordinator.session.Workspaces;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.time.Timers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A body that is handed on part by part as it is asked for; while nobody asks, the client has to
 * wait. Confined to the event loop of its connection.
 *
 * <p>What is not asked for any more is read on and thrown away for a while, so that the client gets
 * to read the answer instead of a broken connection.
 */
final class BodyParts implements Workspaces.Parts {
  private static final Duration STALL = Duration.ofSeconds(30);

  /** Bytes that come at least in that time while they are waited for. */
  private static final int SLOWEST = 16 * 1024;

  private static final long THROWN_AWAY_AT_MOST = 64 * Bodies.MIB;

  private final RoutingContext ctx;
  private final Timers timers;
  private final long limit;
  private Buffer held = Buffer.buffer();
  private Timers.Handle watch = () -> {};
  private @Nullable Promise<Buffer> waiting;
  private @Nullable RuntimeException failure;
  private long seen;
  private long thrownAway;
  private boolean ended;
  private boolean letGo;

  /** The body of a request that is paused, of at most {@code limit} bytes. */
  BodyParts(RoutingContext ctx, Timers timers, long limit) {
    this.ctx = ctx;
    this.timers = timers;
    this.limit = limit;
    HttpServerRequest request = ctx.request();
    request.handler(this::take);
    request.endHandler(
        end -> {
          ended = true;
          give();
        });
    request.exceptionHandler(lost -> fail(broken()));
    if (BodyRead.declared(request) > limit) {
      fail(tooLarge());
    }
  }

  @Override
  public Future<Buffer> next() {
    if (waiting != null) {
      return Future.failedFuture(new IllegalStateException("the part before was not waited for"));
    }
    Promise<Buffer> promise = Promise.promise();
    waiting = promise;
    give();
    if (!promise.future().isComplete()) {
      ctx.request().resume();
      look(seen);
    }
    return promise.future();
  }

  /** Nobody asks for the rest. */
  void letGo() {
    letGo = true;
    held = Buffer.buffer();
    watch.cancel();
    if (!ended) {
      ctx.request().resume();
    }
  }

  private void take(Buffer chunk) {
    if (letGo || failure != null) {
      thrownAway += chunk.length();
      if (thrownAway > THROWN_AWAY_AT_MOST) {
        ctx.request().connection().close();
      }
      return;
    }
    seen += chunk.length();
    if (seen > limit) {
      fail(tooLarge());
      return;
    }
    held.appendBuffer(chunk);
    if (held.length() >= PART) {
      ctx.request().pause();
    }
    give();
  }

  private void give() {
    Promise<Buffer> promise = waiting;
    RuntimeException why = failure;
    if (promise == null || (why == null && !ended && held.length() < PART)) {
      return;
    }
    waiting = null;
    watch.cancel();
    if (why != null) {
      promise.fail(why);
      return;
    }
    int length = Math.min(PART, held.length());
    Buffer part = held.getBuffer(0, length);
    held = held.getBuffer(length, held.length());
    promise.complete(part);
  }

  private void fail(RuntimeException why) {
    if (failure == null && !ended) {
      failure = why;
      held = Buffer.buffer();
      give();
    }
  }

  private void look(long before) {
    watch.cancel();
    watch =
        timers.once(
            STALL,
            () -> {
              if (seen - before < SLOWEST) {
                fail(new Declined(408, "body_stalled", "body stopped coming for 30 seconds"));
              } else {
                look(seen);
              }
            });
  }

  private Refused tooLarge() {
    return new Refused(Refusal.TOO_LARGE, "body must be at most " + limit + " bytes");
  }

  private static Declined broken() {
    return new Declined(400, "body_incomplete", "the connection ended before the body did");
  }
}
