package io.ash.wire;

import io.ash.model.Binding;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Prepare a sandbox for one epoch of a session.
 *
 * @param blobKey key of the hash that names blobs of this tenant, hexadecimal
 * @param snapshot null for a fresh start
 * @param resumed whether the session had a sandbox before
 * @param snapshotNo number of the newest snapshot; the next one attached is one higher
 * @param env environment of the agent, merged: agent, credentials, session
 * @param settings JSON object: model, systemPrompt, permissionMode, allowedTools, …
 * @param openTurn the turn to be started as soon as it is ready, 0 for none
 */
public record OpenSandbox(
    Binding binding,
    String tenant,
    String blobKey,
    AgentFiles agent,
    RuntimeSpec runtime,
    @Nullable SnapshotRef snapshot,
    boolean resumed,
    int snapshotNo,
    Map<String, String> env,
    String settings,
    int openTurn) {}
