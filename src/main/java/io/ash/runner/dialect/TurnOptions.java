package io.ash.runner.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * What one message asks for itself; a null means that it does not ask.
 *
 * @param includePartialMessages whether raw stream events of a model SDK become events
 * @param maxTurns steps of the model, at least 1
 * @param maxBudgetUsd dollars, at least 0
 * @param effort {@code low}, {@code medium}, {@code high} or {@code max}
 * @param thinking a JSON object {@code {type, budgetTokens?}}
 * @param outputFormat a JSON object {@code {type, schema}}
 */
public record TurnOptions(
    boolean includePartialMessages,
    @Nullable String model,
    @Nullable Integer maxTurns,
    @Nullable BigDecimal maxBudgetUsd,
    @Nullable String effort,
    @Nullable String thinking,
    @Nullable String outputFormat) {
  /** Nothing asked for. */
  public static final TurnOptions NONE = new TurnOptions(false, null, null, null, null, null, null);

  /**
   * Reads the JSON object that {@code StartTurn} carries; other keys are left alone.
   *
   * @throws IllegalArgumentException where it is not such an object
   */
  public static TurnOptions of(String json) {
    JsonNode o = StrictJson.trusted(json);
    return new TurnOptions(
        o.path("includePartialMessages").asBoolean(false),
        StrictJson.trustedText(o, "model"),
        o.path("maxTurns").isInt() ? (Integer) o.path("maxTurns").intValue() : null,
        o.path("maxBudgetUsd").isNumber() ? o.path("maxBudgetUsd").decimalValue() : null,
        StrictJson.trustedText(o, "effort"),
        StrictJson.trustedObject(o, "thinking"),
        StrictJson.trustedObject(o, "outputFormat"));
  }
}
