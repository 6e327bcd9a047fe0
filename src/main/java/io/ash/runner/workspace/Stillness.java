package io.ash.runner.workspace;

import io.vertx.core.Future;

/**
 * Makes whatever runs in a sandbox stand still while its files are looked at, so that what is found
 * belongs together. Safety does not rest on it.
 */
public interface Stillness {
  /** Nothing runs that could be stopped. */
  Stillness NONE =
      new Stillness() {
        @Override
        public Future<Void> begin() {
          return Future.succeededFuture();
        }

        @Override
        public Future<Void> end() {
          return Future.succeededFuture();
        }
      };

  /** Completes when everything stands still; a failure means that some of it may go on. */
  Future<Void> begin();

  /** Lets everything go on. */
  Future<Void> end();
}
