package io.ash.runner.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;

/** The sums of one turn's {@code usage} lines. */
final class JsonlUsage {
  private static final long MAX_TOKENS = 1_000_000_000_000L;
  private static final double MAX_USD = 1_000_000_000;

  private long inputTokens;
  private long outputTokens;
  private BigDecimal costUsd = BigDecimal.ZERO;
  private boolean priced;

  /** Adds one line; an amount that is missing counts as none. */
  void add(ObjectNode line) throws Malformed {
    long in = tokens(line, "inputTokens");
    long out = tokens(line, "outputTokens");
    JsonNode cost = line.get("costUsd");
    if (cost != null && !cost.isNull()) {
      double usd = cost.isNumber() ? cost.doubleValue() : -1;
      if (!(usd >= 0 && usd <= MAX_USD)) {
        throw new Malformed("has a 'costUsd' that is not an amount");
      }
      costUsd = costUsd.add(BigDecimal.valueOf(usd));
      priced = true;
    }
    inputTokens = Math.min(MAX_TOKENS, inputTokens + in);
    outputTokens = Math.min(MAX_TOKENS, outputTokens + out);
  }

  /** Puts {@code usage} and, where a price was named, {@code total_cost_usd} into a result. */
  void into(ObjectNode result) {
    ObjectNode usage = StrictJson.object();
    usage.put("input_tokens", inputTokens).put("output_tokens", outputTokens);
    result.set("usage", usage);
    if (priced) {
      result.put("total_cost_usd", costUsd);
    }
  }

  private static long tokens(ObjectNode line, String name) throws Malformed {
    JsonNode node = line.get(name);
    if (node == null || node.isNull()) {
      return 0;
    }
    if (!node.isIntegralNumber() || !node.canConvertToLong()) {
      throw new Malformed("has a '" + name + "' that is not a whole number");
    }
    long n = node.longValue();
    if (n < 0 || n > MAX_TOKENS) {
      throw new Malformed("has a '" + name + "' out of range");
    }
    return n;
  }
}
