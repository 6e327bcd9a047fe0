package io.ash.app.bench;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;

/** One thing to measure, on a server that is there. */
public interface Bench {
  /** Makes what the loops need: agent, sessions. */
  Future<Void> prepare();

  /** One call of one loop; what it measures it keeps itself. */
  Future<Void> step(int loop);

  /** Forgets what was measured while warming up. */
  void startCounting();

  /** What was measured in {@code seconds} of counting. */
  JsonObject results(double seconds);

  /** Takes away what was made. */
  Future<Void> cleanUp();
}
