package io.ash.blob;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Does some work for one item after another, a few at a time; after a failure nothing new is begun.
 * Confined to one event loop.
 */
public final class Lanes<T> {
  private final Iterator<T> items;
  private final Function<T, Future<Void>> work;
  private boolean failed;

  private Lanes(Iterator<T> items, Function<T, Future<Void>> work) {
    this.items = items;
    this.work = work;
  }

  /** Completes when all is done, or when what was begun is over and something of it failed. */
  public static <T> Future<Void> each(
      Iterable<T> items, int lanes, Function<T, Future<Void>> work) {
    Lanes<T> all = new Lanes<>(items.iterator(), work);
    List<Future<Void>> over = new ArrayList<>();
    for (int i = 0; i < lanes; i++) {
      Promise<Void> lane = Promise.promise();
      over.add(lane.future());
      all.go(lane);
    }
    return Future.join(over).mapEmpty();
  }

  /** Does one step after another as long as there is more to do. */
  public static Future<Void> repeat(BooleanSupplier more, Supplier<Future<Void>> step) {
    Iterator<Boolean> steps =
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            return more.getAsBoolean();
          }

          @Override
          public Boolean next() {
            return true;
          }
        };
    return each(() -> steps, 1, next -> step.get());
  }

  private void go(Promise<Void> lane) {
    while (!failed && items.hasNext()) {
      Future<Void> done = work.apply(items.next());
      if (!done.isComplete()) {
        done.onComplete(
            v -> {
              if (v.failed()) {
                fail(lane, v.cause());
              } else {
                go(lane);
              }
            });
        return;
      }
      if (done.failed()) {
        fail(lane, done.cause());
        return;
      }
    }
    lane.complete();
  }

  private void fail(Promise<Void> lane, Throwable cause) {
    failed = true;
    lane.fail(cause);
  }
}
