package io.ash.runner.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The part of a {@code claude} command line that cannot change while the process runs. Two turns
 * with equal flags can share a process; model and permission mode change by control request.
 *
 * @param arguments each one {@code --name} or {@code --name=value}, so that no value is ever read
 *     as a flag
 */
record ClaudeFlags(List<String> arguments) {
  /** Linux takes 128 KiB for one argument. */
  private static final int MAX_ARGUMENT_BYTES = 120 * 1024;

  ClaudeFlags {
    arguments = List.copyOf(arguments);
  }

  static ClaudeFlags of(AgentSettings settings, TurnOptions options) {
    List<String> flags = new ArrayList<>();
    settings.allowedTools().forEach(t -> add(flags, "allowedTools", t));
    settings.disallowedTools().forEach(t -> add(flags, "disallowedTools", t));
    settings.betas().forEach(b -> add(flags, "betas", b));
    add(flags, "agents", settings.subagents());
    add(flags, "agent", settings.initialAgent());
    if (options.maxTurns() != null) {
      add(flags, "max-turns", options.maxTurns().toString());
    }
    if (options.maxBudgetUsd() != null) {
      add(flags, "max-budget-usd", options.maxBudgetUsd().toPlainString());
    }
    add(flags, "effort", options.effort());
    addThinking(flags, options.thinking());
    if (options.outputFormat() != null) {
      JsonNode schema = StrictJson.trusted(options.outputFormat()).get("schema");
      add(flags, "json-schema", schema == null ? null : StrictJson.text(schema));
    }
    return new ClaudeFlags(flags);
  }

  /** A permission mode of the interface in the words of the command line. */
  static String permissionMode(@Nullable String mode) {
    // permissionsByAgent leaves it to the agent's own .claude/settings.json, which default honours.
    return mode == null || mode.equals("bypassPermissions") ? "bypassPermissions" : "default";
  }

  /** Adds {@code --name=value}, unless there is no value. */
  static void add(List<String> flags, String name, @Nullable String value) {
    if (value == null) {
      return;
    }
    if (value.indexOf('\0') >= 0) {
      throw new Refused(Refusal.INVALID_REQUEST, "the value for " + name + " holds U+0000");
    }
    if (value.getBytes(StandardCharsets.UTF_8).length > MAX_ARGUMENT_BYTES) {
      throw new Refused(
          Refusal.TOO_LARGE,
          "the value for " + name + " is longer than " + MAX_ARGUMENT_BYTES + " bytes");
    }
    flags.add("--" + name + "=" + value);
  }

  private static void addThinking(List<String> flags, @Nullable String thinking) {
    if (thinking == null) {
      return;
    }
    JsonNode wish = StrictJson.trusted(thinking);
    JsonNode budget = wish.path("budgetTokens");
    if (wish.path("type").asText().equals("enabled") && budget.canConvertToInt()) {
      add(flags, "max-thinking-tokens", String.valueOf(budget.intValue()));
    } else {
      add(flags, "thinking", wish.path("type").textValue());
    }
  }
}
