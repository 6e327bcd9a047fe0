package io.ash.runner;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;

/** Brings what completes on other threads back to the loop that everything here is confined to. */
record OnLoop(Context context) {
  /** Completes as another future does, on the loop. */
  <T> Future<T> back(Future<T> elsewhere) {
    Promise<T> here = Promise.promise();
    elsewhere.onComplete(done -> context.runOnContext(v -> here.handle(done)));
    return here.future();
  }
}
