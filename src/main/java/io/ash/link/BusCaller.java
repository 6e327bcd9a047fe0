package io.ash.link;

import io.ash.wire.LinkFailure;
import io.ash.wire.LinkFailure.Kind;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.time.Duration;

/** Asks one address of the bus and reads its answers. Thread-safe. */
final class BusCaller {
  private final Vertx vertx;
  private final String address;

  BusCaller(Vertx vertx, String address) {
    this.vertx = vertx;
    this.address = address;
  }

  /** Sends a call; the answer comes on the context of the caller. */
  <R> Future<R> ask(Record call, Duration limit) {
    DeliveryOptions options =
        new DeliveryOptions()
            .setCodecName(RecordCodec.NAME)
            .setLocalOnly(true)
            .setSendTimeout(limit.toMillis());
    return vertx
        .eventBus()
        .request(address, call, options)
        .transform(
            reply ->
                reply.succeeded()
                    ? this.<R>read(call, reply.result())
                    : Future.failedFuture(failure(call, reply.cause())));
  }

  @SuppressWarnings("unchecked")
  private <R> Future<R> read(Record call, Message<Object> reply) {
    Answer answer = (Answer) reply.body();
    if (answer instanceof Answer.Value given) {
      return Future.succeededFuture((R) given.value());
    }
    if (answer instanceof Answer.No no) {
      return Future.failedFuture(no.refused());
    }
    Answer.Broken broken = (Answer.Broken) answer;
    return Future.failedFuture(failure(Kind.BROKEN, call, broken.what()));
  }

  private LinkFailure failure(Record call, Throwable cause) {
    if (cause instanceof ReplyException e) {
      if (e.failureType() == ReplyFailure.NO_HANDLERS) {
        return failure(Kind.NOT_DELIVERED, call, "nobody is there");
      }
      if (e.failureType() == ReplyFailure.TIMEOUT) {
        return failure(Kind.TIMED_OUT, call, "no answer in time");
      }
    }
    return failure(Kind.BROKEN, call, String.valueOf(cause.getMessage()));
  }

  private LinkFailure failure(Kind kind, Record call, String detail) {
    return new LinkFailure(kind, call.getClass().getSimpleName(), address, detail);
  }
}
