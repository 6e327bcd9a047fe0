package io.ash.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.junit5.VertxExtension;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class CorsTest {
  private static final String PREFLIGHT =
      String.join(
          "\r\n",
          "OPTIONS /api/things HTTP/1.1",
          "Host: x",
          "Origin: https://a.example",
          "Access-Control-Request-Method: POST",
          "Access-Control-Request-Headers: authorization, content-type",
          "",
          "");

  @Test
  void letsAnyOriginInWithoutCredentialsByDefault(Vertx vertx) throws Exception {
    try (DoorServer door = new DoorServer(vertx, Set.of()).keyed(Router.router(vertx)).start()) {
      assertThat(door.raw(PREFLIGHT, "\r\n\r\n"))
          .startsWith("HTTP/1.1 204")
          .containsIgnoringCase("Access-Control-Allow-Origin: *\r\n")
          .containsIgnoringCase("Access-Control-Allow-Methods: GET,HEAD,PUT,PATCH,POST,DELETE")
          .containsIgnoringCase("Access-Control-Allow-Headers: authorization, content-type")
          .doesNotContainIgnoringCase("Allow-Credentials");
    }
  }

  @Test
  void letsListedOriginsInWithCredentials(Vertx vertx) throws Exception {
    try (DoorServer door = new DoorServer(vertx, Set.of("https://a.example")).start()) {
      assertThat(door.raw(PREFLIGHT, "\r\n\r\n"))
          .containsIgnoringCase("Access-Control-Allow-Origin: https://a.example\r\n")
          .containsIgnoringCase("Access-Control-Allow-Credentials: true");
      assertThat(door.raw(PREFLIGHT.replace("a.example", "b.example"), "\r\n\r\n"))
          .startsWith("HTTP/1.1 204")
          .doesNotContainIgnoringCase("Access-Control-Allow-Origin");
    }
  }

  @Test
  void marksErrorsTooSoThatScriptsCanReadThem(Vertx vertx) throws Exception {
    try (DoorServer door = new DoorServer(vertx, Set.of()).start()) {
      assertThat(
              door.raw("GET /api/x HTTP/1.1\r\nHost: x\r\nOrigin: https://a.example\r\n\r\n", "}"))
          .startsWith("HTTP/1.1 401")
          .containsIgnoringCase("Access-Control-Allow-Origin: *");
    }
  }
}
