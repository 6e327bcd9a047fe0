package io.ash.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.ash.testing.TestPostgres;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

@ExtendWith(VertxExtension.class)
class OpenApiIT {
  @RegisterExtension static final TestPostgres postgres = TestPostgres.migrated();

  @Test
  void describesEveryRouteAndNothingElse(Vertx vertx) throws Exception {
    try (SessionDoor house = new SessionDoor(vertx, postgres)) {
      Set<String> routed = new TreeSet<>();
      house.door.routes.operations().stream()
          .filter(operation -> !operation.startsWith("HEAD "))
          .map(OpenApiIT::template)
          .forEach(routed::add);
      Set<String> described = described();
      described.removeIf(
          operation -> operation.matches("[A-Z]+ /api/(agents|api-keys|internal).*"));
      assertThat(described).isEqualTo(routed);
    }
  }

  @Test
  void servesTheDescriptionAsJsonWithItsVersion(Vertx vertx) throws Exception {
    try (SessionDoor house = new SessionDoor(vertx, postgres)) {
      JsonNode tree =
          DoorServer.json(house.door.send("GET", "/openapi.json", null, "Authorization", ""));
      assertThat(tree.path("openapi").asText()).isEqualTo("3.1.0");
      assertThat(tree.path("info").path("version").asText()).isEqualTo("1.2.3");
    }
  }

  @Test
  void pointsOnlyAtPartsThatExist() {
    JsonNode tree = DocsRoutes.document();
    List<String> missing = new ArrayList<>();
    tree.findValues("$ref")
        .forEach(
            ref -> {
              if (tree.at(ref.asText().substring(1)).isMissingNode()) {
                missing.add(ref.asText());
              }
            });
    assertThat(missing).isEmpty();
  }

  @Test
  void namesEveryOperationOnce() {
    assertThat(DocsRoutes.document().path("paths").findValuesAsText("operationId"))
        .doesNotHaveDuplicates()
        .hasSameSizeAs(described());
  }

  /** {@code GET /api/agents/:name/files/*} as the description writes it. */
  private static String template(String operation) {
    return operation.replaceAll(":([a-z]+)", "{$1}").replace("/*", "/{path}");
  }

  private static Set<String> described() {
    Set<String> operations = new TreeSet<>();
    DocsRoutes.document()
        .path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .fieldNames()
                    .forEachRemaining(
                        name -> {
                          if (!name.equals("parameters")) {
                            operations.add(name.toUpperCase(Locale.ROOT) + " " + path.getKey());
                          }
                        }));
    return operations;
  }
}
