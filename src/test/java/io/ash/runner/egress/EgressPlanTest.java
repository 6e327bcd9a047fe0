package io.ash.runner.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ash.model.HostName;
import io.ash.model.NetworkMode;
import io.ash.model.NetworkPolicy;
import io.ash.model.Refused;
import io.ash.model.SecretRoute;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EgressPlanTest {
  private static final NetworkPolicy ALLOW = NetworkPolicy.of(NetworkMode.ALLOWLIST);

  private static EgressPlan plan(Map<String, String> env, Map<String, String> operator) {
    return EgressPlan.of(ALLOW, env, operator, null, 3128);
  }

  @Test
  void keepsTheKeyOfAModelOutside() {
    Map<String, String> operator =
        Map.of(
            "ANTHROPIC_API_KEY", "sk-real", "ANTHROPIC_CUSTOM_HEADERS", "X-Team: t\nX-Two: real2");
    EgressPlan plan = plan(operator, operator);
    assertThat(plan.env().toString()).doesNotContain("real");
    assertThat(plan.env())
        .containsEntry("ANTHROPIC_BASE_URL", "http://127.0.0.1:3128/model")
        .containsEntry("ANTHROPIC_API_KEY", EgressPlan.PLACEHOLDER)
        .containsEntry("HTTPS_PROXY", "http://127.0.0.1:3128")
        .doesNotContainKey("ANTHROPIC_CUSTOM_HEADERS");
    Route route = plan.terms(ALLOW).routes().get("model");
    assertThat(route.to().text()).isEqualTo("api.anthropic.com:443");
    assertThat(route.tls()).isTrue();
    assertThat(route.trusted()).isFalse();
    assertThat(route.headers())
        .containsEntry("x-api-key", "sk-real")
        .containsEntry("x-team", "t")
        .containsEntry("authorization", ModelAccess.DROP);
    assertThat(route.toString()).doesNotContain("sk-real");
  }

  @Test
  void trustsTheEndpointOfTheOperatorOnly() {
    Map<String, String> operator =
        Map.of("ANTHROPIC_API_KEY", "sk-real", "ANTHROPIC_BASE_URL", "http://127.0.0.1:9/x/");
    Route own = plan(operator, operator).terms(ALLOW).routes().get("model");
    assertThat(own.trusted()).isTrue();
    assertThat(own.path()).isEqualTo("/x");

    Map<String, String> session =
        Map.of("ANTHROPIC_API_KEY", "sk-real", "ANTHROPIC_BASE_URL", "http://169.254.169.254");
    EgressPlan stolen = plan(session, Map.of("ANTHROPIC_API_KEY", "sk-real"));
    Route theirs = stolen.terms(ALLOW).routes().get("model");
    assertThat(theirs.trusted()).isFalse();
    assertThat(theirs.headers()).as("the operator's key goes nowhere else").isEmpty();
    assertThat(stolen.env()).doesNotContainKey("ANTHROPIC_API_KEY");
  }

  @Test
  void addsDeclaredSecretsOutside() {
    NetworkPolicy policy =
        new NetworkPolicy(
            NetworkMode.ALLOWLIST,
            true,
            List.of(),
            null,
            List.of(
                new SecretRoute(
                    "TOKEN",
                    HostName.of("api.example.com"),
                    443,
                    "Authorization",
                    "Bearer {}",
                    "API")));
    EgressPlan plan = EgressPlan.of(policy, Map.of("TOKEN", "t0p"), Map.of(), null, 3128);
    assertThat(plan.env())
        .containsEntry("TOKEN", EgressPlan.PLACEHOLDER)
        .containsEntry("API", "http://127.0.0.1:3128/secret-1");
    assertThat(plan.terms(policy).routes().get("secret-1").headers())
        .containsEntry("authorization", "Bearer t0p");
    assertThatThrownBy(() -> EgressPlan.of(policy, Map.of(), Map.of(), null, 3128))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("TOKEN");
    assertThatThrownBy(
            () -> EgressPlan.of(policy, Map.of("TOKEN", "a\r\nX: b"), Map.of(), null, 3128))
        .isInstanceOf(Refused.class);
  }

  @Test
  void impliesMcpServersAndTheModelAndClosesAllForNone() {
    EgressPlan plan =
        EgressPlan.of(
            ALLOW,
            Map.of(),
            Map.of(),
            "{\"a\":{\"url\":\"https://mcp.example.com/sse\"},\"b\":{\"command\":\"x\"}}",
            3128);
    Rules rules = plan.terms(ALLOW).rules();
    assertThat(rules.tunnel(Destination.of("mcp.example.com:443", 0))).isEmpty();
    assertThat(rules.tunnel(Destination.of("api.anthropic.com:443", 0))).isEmpty();
    assertThat(rules.tunnel(Destination.of("mcp.example.com:8443", 0))).isPresent();
    assertThat(plan.terms(NetworkPolicy.of(NetworkMode.NONE)).rules()).isEqualTo(Rules.NOTHING);
  }
}
