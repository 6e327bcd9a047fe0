package io.ash.coordinator.store;

import io.ash.model.Binding;
import io.ash.model.SessionId;
import io.ash.model.SessionMove;
import io.ash.model.SessionStatus;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A session as it stood in one moment.
 *
 * @param runtime JSON: kind, command, limits, network
 * @param settings JSON: model, systemPrompt, allowedTools, …
 * @param facts JSON: what the runner said when the sandbox was ready
 * @param openTurn the turn that was handed out, 0 for none
 * @param queued turns waiting
 */
public record SessionView(
    SessionId id,
    String tenant,
    String agentName,
    int agentVersion,
    String agentManifest,
    SessionStatus status,
    @Nullable String runnerId,
    @Nullable UUID incarnation,
    long epoch,
    @Nullable SessionId parentId,
    String settings,
    String runtime,
    String facts,
    @Nullable String sealedEnv,
    Instant createdAt,
    Instant lastActiveAt,
    long lastSeq,
    int openTurn,
    int lastTurn,
    int queued,
    int snapshotNo) {

  /** Which boot of which runner holds it; nothing while it is at rest without a sandbox. */
  public Optional<Binding> binding() {
    return runnerId == null || incarnation == null
        ? Optional.empty()
        : Optional.of(new Binding(id, runnerId, incarnation, epoch));
  }

  /**
   * What became of it by a move that keeps or takes a runner.
   *
   * @param told JSON: what the runner said of the sandbox
   */
  public SessionView after(SessionMove move, MoveStore.Moved how, String told) {
    Binding now = how.runner();
    return new SessionView(
        id,
        tenant,
        agentName,
        agentVersion,
        agentManifest,
        move.to(),
        now == null ? null : now.runner(),
        now == null ? null : now.incarnation(),
        now == null ? epoch : now.epoch(),
        parentId,
        settings,
        runtime,
        told,
        sealedEnv,
        createdAt,
        how.at(),
        how.lastSeq(),
        how.openTurn(),
        lastTurn,
        how.queued(),
        snapshotNo);
  }
}
