package io.ash.runner;

import io.ash.model.NetworkPolicy;
import io.ash.model.Notice;
import io.ash.runner.egress.EgressPlan;
import io.ash.runner.egress.Outlet;
import io.ash.runner.sandbox.NetworkSpace;
import io.ash.time.Confined;
import io.vertx.core.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The way out of one sandbox: its network, its proxy and what may be reached at the moment.
 * Confined to the runner loop.
 */
final class WayOut {
  private final NetworkSpace space;
  private final OnLoop loop;
  private EgressPlan plan;
  private NetworkPolicy policy;
  private boolean installing;
  private Consumer<Notice> ear = notice -> {};
  private @Nullable Outlet outlet;
  private final Confined here = new Confined();

  WayOut(NetworkSpace space, EgressPlan plan, NetworkPolicy policy, OnLoop loop) {
    this.space = space;
    this.loop = loop;
    this.plan = plan;
    this.policy = policy;
  }

  /** The proxy is open. */
  void opened(Outlet proxy) {
    outlet = proxy;
  }

  /** Hears what was refused. */
  void onNotice(Consumer<Notice> listener) {
    ear = listener;
  }

  void tell(Notice notice) {
    here.check();
    ear.accept(notice);
  }

  /** It becomes that of a session, with secrets of its own. */
  void become(EgressPlan own, NetworkPolicy rules) {
    plan = own;
    policy = rules;
    apply();
  }

  /** Whether what runs now is install.sh, which has a list of its own. */
  Future<Void> installing(boolean on) {
    installing = on;
    return apply();
  }

  /** Changes what may be reached; what is open and no longer allowed is cut. */
  Future<Void> change(NetworkPolicy to) {
    policy = to;
    return apply();
  }

  private Future<Void> apply() {
    here.check();
    return outlet == null
        ? Future.succeededFuture()
        : loop.back(outlet.change(installing ? plan.installing(policy) : plan.terms(policy)));
  }

  /** Closes it; nothing gets out any more. */
  Future<Void> close() {
    Future<Void> closed = outlet == null ? Future.succeededFuture() : loop.back(outlet.close());
    return closed.onComplete(done -> space.close());
  }
}
