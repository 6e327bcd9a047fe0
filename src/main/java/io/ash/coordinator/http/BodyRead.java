package io.ash.coordinator.http;

import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.time.Timers;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;

/**
 * The reading of one body. Confined to the event loop of its connection.
 *
 * <p>A body that is refused is read on and thrown away for a while, so that the client gets to read
 * the answer instead of a broken connection.
 */
final class BodyRead {
  private static final Duration STALL = Duration.ofSeconds(30);
  private static final long THROWN_AWAY_AT_MOST = 64 * Bodies.MIB;

  private final Bodies bodies;
  private final Timers timers;
  private final RoutingContext ctx;
  private final long limit;
  private Buffer body = Buffer.buffer();
  private Timers.Handle watch = () -> {};
  private long held;
  private long seen;
  private long seenAtLastLook;
  private boolean over;

  BodyRead(Bodies bodies, Timers timers, RoutingContext ctx, long limit) {
    this.bodies = bodies;
    this.timers = timers;
    this.ctx = ctx;
    this.limit = limit;
  }

  void start(Handler<Buffer> whole) {
    HttpServerRequest request = ctx.request();
    // a stream writes its head long before it ends, and takes over the close handler
    ctx.addHeadersEndHandler(headed -> letGo());
    ctx.addEndHandler(ended -> letGo());
    ctx.response().closeHandler(closed -> letGo());
    long declared = declared(request);
    request.handler(this::take);
    request.exceptionHandler(lost -> stop());
    request.endHandler(
        end -> {
          watch.cancel();
          if (!over) {
            over = true;
            hand(whole);
          }
        });
    if (declared > limit) {
      refuse(new Refused(Refusal.TOO_LARGE, "body must be at most " + limit + " bytes"));
    } else if (!hold(Math.max(declared, 0))) {
      refuse(new Refused(Refusal.UNAVAILABLE, "Too many large bodies at the same time"));
    } else {
      look();
    }
    request.resume();
  }

  private void hand(Handler<Buffer> whole) {
    Buffer read = body;
    body = Buffer.buffer();
    try {
      whole.handle(read);
    } catch (RuntimeException e) {
      ctx.fail(e);
    }
  }

  private void take(Buffer chunk) {
    seen += chunk.length();
    if (over) {
      if (seen > limit + THROWN_AWAY_AT_MOST) {
        ctx.request().connection().close();
      }
      return;
    }
    if (seen > limit) {
      refuse(new Refused(Refusal.TOO_LARGE, "body must be at most " + limit + " bytes"));
    } else if (seen > held && !hold(seen - held)) {
      refuse(new Refused(Refusal.UNAVAILABLE, "Too many large bodies at the same time"));
    } else {
      body.appendBuffer(chunk);
    }
  }

  private boolean hold(long more) {
    if (more > 0 && !bodies.reserve(more)) {
      return false;
    }
    held += more;
    return true;
  }

  private void look() {
    watch =
        timers.once(
            STALL,
            () -> {
              if (over) {
                return;
              }
              if (seen == seenAtLastLook) {
                if (ctx.request().version() != HttpVersion.HTTP_2) {
                  ctx.response().putHeader(HttpHeaders.CONNECTION, "close");
                }
                refuse(new Declined(408, "body_stalled", "body stopped coming for 30 seconds"));
              } else {
                seenAtLastLook = seen;
                look();
              }
            });
  }

  private void refuse(RuntimeException why) {
    stop();
    ctx.fail(why);
  }

  private void stop() {
    over = true;
    watch.cancel();
    letGo();
  }

  private void letGo() {
    watch.cancel();
    bodies.release(held);
    held = 0;
  }

  /** What is announced: -1 where nothing is, the largest number where it is none. */
  static long declared(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    try {
      return length == null ? -1 : Long.parseLong(length);
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }
}
