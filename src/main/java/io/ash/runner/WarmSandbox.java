package io.ash.runner;

import io.ash.model.Binding;
import io.ash.model.LimitKind;
import io.ash.model.RuntimeKind;
import io.ash.model.SessionId;
import io.ash.runner.dialect.AgentSettings;
import io.ash.runner.dialect.TurnOptions;
import io.ash.wire.OpenSandbox;
import io.ash.wire.WarmSpec;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One sandbox that waits for a session: files in place, scripts run and agent started as far as
 * that may be. It is given away once and to nobody but a session of its own tenant that asks for
 * just what it was made of. Confined to the runner loop.
 */
final class WarmSandbox {
  private static final String NO_SETTINGS = "{}";

  private final WarmSpec spec;
  private final OpenSandbox nobody;
  private final HostTools tools;
  private Spares.@Nullable Spare spare;
  private @Nullable EarlyAgent agent;
  private SessionFiles.@Nullable Instructions settled;
  private Future<Void> preparing = Future.succeededFuture();
  private boolean ready;
  private boolean over;

  WarmSandbox(WarmSpec spec, String runner, UUID incarnation, HostTools tools) {
    this.spec = spec;
    this.tools = tools;
    this.nobody =
        new OpenSandbox(
            new Binding(SessionId.random(), runner, incarnation, 0),
            spec.tenant(),
            spec.blobKey(),
            spec.agent(),
            spec.runtime(),
            null,
            false,
            0,
            spec.env(),
            NO_SETTINGS,
            0);
  }

  WarmSpec spec() {
    return spec;
  }

  boolean ready() {
    return ready;
  }

  /** What it asks for itself, null for nothing. */
  static @Nullable Integer memoryMb(WarmSpec spec) {
    return spec.runtime().limits().get(LimitKind.MEMORY);
  }

  /** Prepares it; where this fails, {@link #vacate} is still needed. */
  Future<Void> prepare(Spares spares) {
    preparing = begin(spares);
    return preparing;
  }

  private Future<Void> begin(Spares spares) {
    return spares
        .spare(nobody)
        .compose(
            found -> {
              spare = found;
              if (over) {
                return Future.failedFuture("it is not wanted any more");
              }
              Quarters quarters = found.lodging().quarters();
              return spec.settled()
                  ? settle(found, quarters)
                  : quarters.files().furnish().<Void>mapEmpty();
            })
        .onSuccess(v -> ready = !over);
  }

  private Future<Void> settle(Spares.Spare found, Quarters quarters) {
    return new Preparation(nobody, quarters, new LogRing(tools.clock()))
        .run(AgentSettings.of(NO_SETTINGS))
        .compose(
            done -> {
              settled = done.found();
              return start(found, quarters, done.settings());
            });
  }

  /** What else is spoken depends on the settings of the session already when it starts. */
  private Future<Void> start(Spares.Spare found, Quarters quarters, AgentSettings settings) {
    if (spec.runtime().kind() != RuntimeKind.JSONL) {
      return Future.succeededFuture();
    }
    return EarlyAgent.start(
            quarters, found.lodging().dialects().apply("").launch(settings, TurnOptions.NONE))
        .map(
            started -> {
              agent = started;
              return null;
            });
  }

  /** Whether a session that is opened so could have it. */
  boolean fits(OpenSandbox call) {
    boolean same =
        ready
            && call.snapshot() == null
            && !call.resumed()
            && call.tenant().equals(spec.tenant())
            && call.blobKey().equals(spec.blobKey())
            && call.agent().equals(spec.agent())
            && call.runtime().equals(spec.runtime());
    return same && (settled == null || !settled.scripts() || asPrepared(call));
  }

  /** Whether scripts and agent saw just what those of this session would see. */
  private boolean asPrepared(OpenSandbox call) {
    return call.env().equals(spec.env())
        && AgentSettings.of(call.settings()).systemPrompt() == null;
  }

  /**
   * Becomes the lodging of a session; throws {@link IllegalArgumentException}, see {@link Spares}.
   */
  Future<Lodgings.Lodging> give(OpenSandbox call) {
    Spares.Spare mine = java.util.Objects.requireNonNull(spare);
    EarlyAgent started = agent;
    boolean keep = started != null && asPrepared(call);
    Future<Void> alone = started == null || keep ? Future.succeededFuture() : started.end();
    return mine.lodging()
        .quarters()
        .files()
        .close()
        .compose(v -> alone)
        .map(
            v -> {
              Lodgings.Lodging bound = mine.bind().apply(call);
              Readiness found = new Readiness(true, settled);
              return new Lodgings.Lodging(
                  new WarmQuarters(bound.quarters(), found, keep ? started : null),
                  bound.dialects());
            });
  }

  /** Removes it; completes when nothing is left. */
  Future<Void> vacate() {
    ready = false;
    over = true;
    return leave().transform(left -> preparing).transform(prepared -> leave());
  }

  private Future<Void> leave() {
    return spare == null
        ? Future.succeededFuture()
        : spare.lodging().quarters().vacate(Duration.ZERO);
  }
}
