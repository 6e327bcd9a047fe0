package io.ash.runner.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a session asks of its agent. A change takes effect with the next turn.
 *
 * @param model the model to use, or null for the agent's own choice
 * @param systemPrompt the text of {@code CLAUDE.md}, or null where there is none
 * @param permissionMode {@code bypassPermissions} (also when null), {@code permissionsByAgent} or
 *     {@code default}
 * @param subagents a JSON object, or null
 * @param initialAgent the name of the agent that answers, or null
 * @param mcpServers a JSON object from server name to its definition, or null
 */
public record AgentSettings(
    @Nullable String model,
    @Nullable String systemPrompt,
    @Nullable String permissionMode,
    List<String> allowedTools,
    List<String> disallowedTools,
    List<String> betas,
    @Nullable String subagents,
    @Nullable String initialAgent,
    @Nullable String mcpServers) {
  /** Nothing asked for. */
  public static final AgentSettings NONE =
      new AgentSettings(null, null, null, List.of(), List.of(), List.of(), null, null, null);

  public AgentSettings {
    allowedTools = List.copyOf(allowedTools);
    disallowedTools = List.copyOf(disallowedTools);
    betas = List.copyOf(betas);
  }

  /**
   * Reads the JSON object that {@code OpenSandbox} carries; other keys are left alone.
   *
   * @throws IllegalArgumentException where it is not such an object
   */
  public static AgentSettings of(String json) {
    JsonNode o = StrictJson.trusted(json);
    return new AgentSettings(
        StrictJson.trustedText(o, "model"),
        StrictJson.trustedText(o, "systemPrompt"),
        StrictJson.trustedText(o, "permissionMode"),
        texts(o.path("allowedTools")),
        texts(o.path("disallowedTools")),
        texts(o.path("betas")),
        StrictJson.trustedObject(o, "subagents"),
        StrictJson.trustedText(o, "initialAgent"),
        StrictJson.trustedObject(o, "mcpServers"));
  }

  /** These settings with the system prompt that was found in the workspace. */
  public AgentSettings withSystemPrompt(@Nullable String text) {
    return new AgentSettings(
        model,
        text,
        permissionMode,
        allowedTools,
        disallowedTools,
        betas,
        subagents,
        initialAgent,
        mcpServers);
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(n -> texts.add(n.asText()));
    return texts;
  }
}
