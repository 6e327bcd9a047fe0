package io.ash.runner;

import io.ash.model.NetworkMode;
import io.ash.model.NetworkPolicy;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.model.RuntimeKind;
import io.ash.model.SecretRoute;
import io.ash.runner.dialect.AgentSettings;
import io.ash.runner.egress.Egress;
import io.ash.runner.egress.EgressPlan;
import io.ash.runner.sandbox.Isolation;
import io.ash.runner.sandbox.NetworkSpace;
import io.ash.runner.sandbox.SandboxUnavailable;
import io.ash.runner.sandbox.Sandboxes;
import io.ash.wire.OpenSandbox;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Prepares how sandboxes get out, and what their processes see of it. Confined to the runner loop,
 * but for {@link #prepare}.
 */
final class WaysOut {
  private final Sandboxes sandboxes;
  private final Egress egress;
  private final Map<String, String> modelEnvironment;
  private final Context context;

  WaysOut(
      Sandboxes sandboxes, Egress egress, Map<String, String> modelEnvironment, Context context) {
    this.sandboxes = sandboxes;
    this.egress = egress;
    this.modelEnvironment = modelEnvironment;
    this.context = context;
  }

  /**
   * What is settled before the sandbox is made.
   *
   * @param mode as it is held
   * @param env of every process
   * @param space the network of the sandbox; null unless it is an allow-list
   */
  record Prepared(
      NetworkMode mode,
      Map<String, String> env,
      @Nullable NetworkSpace space,
      @Nullable EgressPlan plan) {
    void discard() {
      if (space != null) {
        space.close();
      }
    }
  }

  /**
   * Settles it; throws {@link Refused} where this machine cannot hold what was asked for. Blocks,
   * and runs on any thread.
   */
  Prepared prepare(OpenSandbox call, Map<String, String> env) throws IOException {
    NetworkPolicy policy = call.runtime().network();
    if (sandboxes.isolation() == Isolation.NONE) {
      if (policy.chosen() && policy.mode() != NetworkMode.HOST) {
        throw new Refused(
            Refusal.NOT_CONFIGURED,
            "network.mode "
                + policy.mode().text()
                + " cannot be held without isolation (ASH_SANDBOX_ISOLATION is none); ask for"
                + " host, or let the operator turn isolation on");
      }
      return new Prepared(NetworkMode.HOST, env, null, null);
    }
    if (policy.mode() != NetworkMode.ALLOWLIST) {
      return new Prepared(policy.mode(), hidden(policy, env), null, null);
    }
    EgressPlan plan = plan(call, policy, env);
    try {
      return new Prepared(NetworkMode.ALLOWLIST, plan.env(), sandboxes.network(), plan);
    } catch (SandboxUnavailable e) {
      throw new Refused(Refusal.NOT_CONFIGURED, String.valueOf(e.getMessage()));
    }
  }

  private EgressPlan plan(OpenSandbox call, NetworkPolicy policy, Map<String, String> env) {
    Map<String, String> operator = new HashMap<>();
    if (call.runtime().kind() == RuntimeKind.CLAUDE) {
      operator.putAll(modelEnvironment);
      operator.keySet().removeAll(call.env().keySet());
    }
    String mcpServers = AgentSettings.of(call.settings()).mcpServers();
    boolean nobody = call.binding().epoch() == 0;
    return EgressPlan.of(
        nobody ? policy.withoutSecrets() : policy, env, operator, mcpServers, NetworkSpace.PORT);
  }

  /** Opens the way out of a sandbox; null where it has none. */
  Future<@Nullable WayOut> open(OpenSandbox call, Prepared prepared) {
    NetworkSpace space = prepared.space();
    EgressPlan plan = prepared.plan();
    if (space == null || plan == null) {
      return Future.succeededFuture(null);
    }
    NetworkPolicy policy = call.runtime().network();
    OnLoop loop = new OnLoop(context);
    WayOut way = new WayOut(space, plan, policy, loop);
    return loop.back(
            egress.open(
                space.takeListener(),
                NetworkSpace.PORT,
                plan.terms(policy),
                notice -> context.runOnContext(v -> way.tell(notice))))
        .map(
            outlet -> {
              way.opened(outlet);
              return way;
            });
  }

  /**
   * The environment of a sandbox that was made for nobody and becomes that of a session, whose
   * secrets are added from now on; throws {@link IllegalArgumentException} where it cannot.
   */
  Map<String, String> rebind(OpenSandbox call, Map<String, String> env, @Nullable WayOut way) {
    NetworkPolicy policy = call.runtime().network();
    if (way == null) {
      return hidden(policy, env);
    }
    try {
      EgressPlan plan = plan(call, policy, env);
      way.become(plan, policy);
      return plan.env();
    } catch (Refused no) {
      throw new IllegalArgumentException(no.text(), no);
    }
  }

  private static Map<String, String> hidden(NetworkPolicy policy, Map<String, String> env) {
    Map<String, String> hidden = new HashMap<>(env);
    for (SecretRoute secret : policy.secrets()) {
      hidden.replace(secret.env(), EgressPlan.PLACEHOLDER);
    }
    return hidden;
  }
}
