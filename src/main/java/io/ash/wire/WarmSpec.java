package io.ash.wire;

import java.util.Map;

/**
 * What a sandbox is prepared for before there is a session: two that are equal can stand for one
 * another, and no other two.
 *
 * @param blobKey key of the hash that names blobs of this tenant, hexadecimal
 * @param env environment that is part of the agent's files; holds no secret
 * @param settled whether scripts and agent may run before the session comes; not so where sessions
 *     bring an environment that these must see
 */
public record WarmSpec(
    String tenant,
    String blobKey,
    AgentFiles agent,
    RuntimeSpec runtime,
    Map<String, String> env,
    boolean settled) {
  public WarmSpec {
    env = Map.copyOf(env);
  }
}
