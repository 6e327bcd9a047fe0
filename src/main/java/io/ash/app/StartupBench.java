package io.ash.app;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;

/** Time from starting a server to its first ready answer: on a fresh data directory, then on it. */
final class StartupBench {
  private final OwnServers servers;

  StartupBench(OwnServers servers) {
    this.servers = servers;
  }

  JsonObject run(int runs) {
    JsonArray fresh = new JsonArray();
    JsonArray existing = new JsonArray();
    int errors = 0;
    for (int i = 0; i < runs; i++) {
      Path data = servers.directory().resolve("startup-" + i);
      errors += once(data, fresh);
      errors += once(data, existing);
    }
    return new JsonObject().put("freshMs", fresh).put("existingMs", existing).put("errors", errors);
  }

  private int once(Path data, JsonArray times) {
    OwnServers.Running server = servers.start(data);
    times.add(server.took().toMillis());
    return servers.stop(server.child()) == ExitCode.DONE.code() ? 0 : 1;
  }
}
