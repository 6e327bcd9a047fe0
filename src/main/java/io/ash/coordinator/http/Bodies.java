package io.ash.coordinator.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.ash.time.Timers;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reads JSON bodies within limits: bytes per route, bytes in memory over all requests, and time
 * without progress. Large bodies are parsed off the event loop. Thread-safe.
 */
public final class Bodies {
  /** Bytes in one mebibyte. */
  public static final long MIB = 1024 * 1024;

  /** What a route takes that says nothing else. */
  public static final long DEFAULT_LIMIT = MIB;

  private static final String KEY = "ash.body";
  private static final int PARSED_IN_PLACE = 256 * 1024;
  private final Timers timers;
  private final long mostInMemory;
  private final AtomicLong inMemory = new AtomicLong();

  /**
   * Reads with a bound on memory.
   *
   * @param mostInMemory bytes of all bodies being read or handled; a single request is admitted
   *     whatever its size
   */
  public Bodies(Timers timers, long mostInMemory) {
    this.timers = timers;
    this.mostInMemory = mostInMemory;
  }

  /** A handler that reads a JSON body of at most {@code limit} bytes; no body at all is fine. */
  public Handler<RoutingContext> json(long limit) {
    return ctx -> {
      BodyRead read = new BodyRead(this, timers, ctx, limit);
      read.start(body -> parse(ctx, body));
    };
  }

  /** A handler that reads a JSON body of the default size. */
  public Handler<RoutingContext> json() {
    return json(DEFAULT_LIMIT);
  }

  /** The parsed body; a {@link MissingNode} where none was sent. */
  static JsonNode of(RoutingContext ctx) {
    JsonNode body = ctx.get(KEY);
    return body == null ? MissingNode.getInstance() : body;
  }

  /** Lets go of the parsed body: for answers that go on long after it was read. */
  static void forget(RoutingContext ctx) {
    ctx.remove(KEY);
  }

  /** Whether {@code more} bytes may be held; if so they are, until {@link #release}. */
  boolean reserve(long more) {
    long before = inMemory.getAndAdd(more);
    if (before == 0 || before + more <= mostInMemory) {
      return true;
    }
    inMemory.addAndGet(-more);
    return false;
  }

  void release(long bytes) {
    inMemory.addAndGet(-bytes);
  }

  /** Bytes held now. */
  long held() {
    return inMemory.get();
  }

  private static void parse(RoutingContext ctx, Buffer body) {
    if (body.length() == 0) {
      ctx.next();
      return;
    }
    String type = ctx.request().getHeader("Content-Type");
    if (type != null && !isJson(type)) {
      ctx.fail(
          new Declined(
              415,
              "unsupported_media_type",
              "headers/content-type must be application/json, not " + shortened(type)));
      return;
    }
    if (body.length() <= PARSED_IN_PLACE) {
      ctx.put(KEY, Json.parse(body.getBytes()));
      ctx.next();
      return;
    }
    Context loop = Vertx.currentContext();
    loop.executeBlocking(() -> Json.parse(body.getBytes()), false)
        .onSuccess(
            json -> {
              ctx.put(KEY, json);
              ctx.next();
            })
        .onFailure(ctx::fail);
  }

  private static boolean isJson(String type) {
    int end = type.indexOf(';');
    String media = (end < 0 ? type : type.substring(0, end)).strip().toLowerCase(Locale.ROOT);
    return media.equals("application/json") || media.endsWith("+json");
  }

  private static String shortened(String text) {
    return text.length() <= 100 ? text : text.substring(0, 100) + "…";
  }
}
