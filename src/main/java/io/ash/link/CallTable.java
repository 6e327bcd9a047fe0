package io.ash.link;

import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/** Which method answers which call: the kind of the record decides. Built once, then immutable. */
final class CallTable {
  private final Map<Class<?>, Function<Object, Future<?>>> methods = new HashMap<>();

  <C extends Record> CallTable on(Class<C> kind, Function<C, ? extends Future<?>> method) {
    methods.put(kind, call -> method.apply(kind.cast(call)));
    return this;
  }

  /** Makes the call; whatever the method throws becomes a failed future. */
  Future<?> call(Object call) {
    Function<Object, Future<?>> method = methods.get(call.getClass());
    if (method == null) {
      return Future.failedFuture("nothing answers " + call.getClass().getName());
    }
    try {
      return method.apply(call);
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }
}
