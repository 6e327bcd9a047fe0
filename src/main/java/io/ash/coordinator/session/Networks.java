package io.ash.coordinator.session;

import io.ash.coordinator.agent.NetworkWish;
import io.ash.coordinator.fleet.Fleet;
import io.ash.coordinator.store.SessionView;
import io.ash.model.NetworkMode;
import io.ash.model.NetworkPolicy;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.wire.RuntimeSpec;
import io.ash.wire.SetNetwork;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What sessions may reach: what the agent says, what the session says over it, and what the
 * operator allows at most.
 */
final class Networks {
  private static final String SECTION = "network";

  private final NetworkBounds bounds;
  private final Fleet fleet;

  Networks(NetworkBounds bounds, Fleet fleet) {
    this.bounds = bounds;
    this.fleet = fleet;
  }

  /** How an agent's sandboxes run, with this server's mode where the agent names none. */
  RuntimeSpec settled(RuntimeSpec agent) {
    return agent.under(bounds.settled(agent.network()));
  }

  /**
   * How a session's sandbox runs.
   *
   * @param settings JSON object of the session
   * @throws Refused where that is more than the operator allows, or cannot be
   */
  RuntimeSpec effective(RuntimeSpec stored, String settings) {
    NetworkPolicy policy = stored.network();
    Map<String, Object> all = new JsonObject(settings).getMap();
    if (all.get(SECTION) instanceof Map<?, ?> section) {
      List<String> wrong = new ArrayList<>();
      NetworkWish wish = NetworkWish.read(section, SECTION, wrong::add);
      if (!wrong.isEmpty()) {
        throw new Refused(Refusal.INVALID_REQUEST, String.join("; ", wrong));
      }
      policy = wish.over(policy);
    }
    if (policy.mode().compareTo(bounds.most()) > 0) {
      throw new Refused(
          Refusal.INVALID_REQUEST,
          "network.mode asks for "
              + policy.mode().text()
              + " and this server allows at most "
              + bounds.most().text()
              + " (ASH_NETWORK_MAX)");
    }
    if (policy.mode() == NetworkMode.HOST && !policy.secrets().isEmpty()) {
      throw new Refused(
          Refusal.INVALID_REQUEST,
          "network.mode host leaves no place for the secrets of ash.yaml, which are added on the way"
              + " out of an allowlist; leave out secrets, or use allowlist");
    }
    return stored.under(policy);
  }

  private NetworkPolicy of(SessionView s, String settings) {
    return effective(RuntimeCodec.decode(s.runtime()), settings).network();
  }

  /**
   * Throws {@link Refused} where settings ask for a network that the session's sandbox, as it
   * stands, cannot be given: it would have to be made anew.
   */
  void orThrow(SessionView s, String settings) {
    NetworkPolicy next = of(s, settings);
    if (s.binding().isEmpty() || next.equals(of(s, s.settings()))) {
      return;
    }
    String now = new JsonObject(s.facts()).getString(SECTION, "");
    boolean proxied = now.equals(NetworkMode.ALLOWLIST.text());
    if (next.mode() == NetworkMode.HOST
        ? !now.equals("host")
        : !proxied && !now.equals(next.mode().text())) {
      throw new Refused(
          Refusal.WRONG_STATE,
          "network.mode of a running sandbox goes between allowlist and none only where it began with"
              + " allowlist; stop the session first, then change it");
    }
  }

  /** Tells a running sandbox what it may reach now. */
  Future<Void> tell(SessionView before, SessionView now) {
    NetworkPolicy policy = of(now, now.settings());
    return now.binding().isEmpty() || policy.equals(of(before, before.settings()))
        ? Future.succeededFuture()
        : fleet
            .reach(now.binding().get())
            .compose(runner -> runner.setNetwork(new SetNetwork(now.binding().get(), policy)))
            .recover(
                e ->
                    e instanceof Refused no && no.refusal() == Refusal.SANDBOX_GONE
                        ? Future.succeededFuture()
                        : Future.failedFuture(e));
  }
}
