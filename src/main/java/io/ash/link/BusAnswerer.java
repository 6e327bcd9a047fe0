package io.ash.link;

import io.ash.model.Refused;
import io.vertx.core.AsyncResult;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers the calls to one address of the bus, on the context that opened it. */
final class BusAnswerer {
  private static final Logger LOG = LoggerFactory.getLogger(BusAnswerer.class);
  private static final DeliveryOptions BY_REFERENCE =
      new DeliveryOptions().setCodecName(RecordCodec.NAME).setLocalOnly(true);

  private BusAnswerer() {}

  static MessageConsumer<Object> open(Vertx vertx, String address, CallTable calls) {
    return vertx
        .eventBus()
        .localConsumer(
            address, m -> calls.call(m.body()).onComplete(done -> answer(address, m, done)));
  }

  private static void answer(String address, Message<Object> call, AsyncResult<?> done) {
    Answer answer;
    if (done.succeeded()) {
      answer = new Answer.Value(done.result());
    } else if (done.cause() instanceof Refused refused) {
      answer = new Answer.No(refused);
    } else {
      LOG.atWarn()
          .addKeyValue("address", address)
          .addKeyValue("call", call.body().getClass().getSimpleName())
          .setCause(done.cause())
          .log("a call failed; the caller is told that its outcome is unknown");
      answer = new Answer.Broken(String.valueOf(done.cause()));
    }
    call.reply(answer, BY_REFERENCE);
  }
}
