package io.ash.runner.dialect;

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
}
