package io.ash.wire;

/**
 * The files of one agent version, by reference into the blob store.
 *
 * @param manifest key of the manifest blob
 * @param name the name of the agent
 * @param version its version
 */
public record AgentFiles(String manifest, String name, int version) {}
