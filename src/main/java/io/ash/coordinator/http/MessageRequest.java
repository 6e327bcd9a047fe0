package io.ash.coordinator.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ash.coordinator.session.SendMessage;
import io.ash.coordinator.session.WhenBusy;
import io.ash.model.SessionId;
import io.vertx.ext.web.RoutingContext;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads the body of a message. */
final class MessageRequest {
  private static final int LONGEST_TEXT = 500_000;
  private static final int MOST_BLOCKS = 20;
  private static final List<String> BLOCKS = List.of("text", "image", "document");

  private MessageRequest() {}

  static SendMessage of(RoutingContext ctx, SessionId session) {
    Fields body = Requests.fields(ctx);
    content(body);
    ObjectNode options = options(body);
    String busy = body.choice("whenBusy", List.of("queue", "refuse", "interrupt"));
    String key = Requests.idempotencyKey(ctx);
    body.orThrow();
    String content = Json.text(body.source().get("content"));
    String asked = Json.text(options);
    return new SendMessage(
        Authentication.tenant(ctx),
        session,
        content,
        asked,
        key,
        Requests.fingerprint(content, asked),
        busy == null ? WhenBusy.QUEUE : WhenBusy.valueOf(busy.toUpperCase(Locale.ROOT)));
  }

  /** A string stays a string, blocks are passed on untouched. */
  private static void content(Fields body) {
    JsonNode content = body.get("content");
    if (content != null && content.isArray()) {
      for (Fields block : body.each("content", 1, MOST_BLOCKS)) {
        block.required("type", 1, 64);
        String type = block.choice("type", BLOCKS);
        if ("text".equals(type)) {
          block.required("text", 0, LONGEST_TEXT);
        }
      }
    } else if (content == null || content.isTextual()) {
      body.required("content", 1, LONGEST_TEXT);
    } else {
      body.problem("content", "must be a string or an array of blocks");
    }
  }

  private static ObjectNode options(Fields body) {
    ObjectNode options = Json.object();
    Boolean partial = body.flag("includePartialMessages");
    if (partial != null) {
      options.put("includePartialMessages", partial);
    }
    put(options, "model", body.text("model", 100));
    Integer turns = body.integer("maxTurns", 1, Integer.MAX_VALUE);
    if (turns != null) {
      options.put("maxTurns", turns);
    }
    BigDecimal budget = body.amount("maxBudgetUsd");
    if (budget != null) {
      options.put("maxBudgetUsd", budget);
    }
    put(options, "effort", body.choice("effort", List.of("low", "medium", "high", "max")));
    Fields thinking = body.nested("thinking");
    if (thinking != null) {
      thinking.required("type", 1, 64);
      thinking.integer("budgetTokens", 0, Integer.MAX_VALUE);
      options.set("thinking", thinking.source());
    }
    Fields format = body.nested("outputFormat");
    if (format != null) {
      format.required("type", 1, 64);
      format.object("schema");
      options.set("outputFormat", format.source());
    }
    return options;
  }

  private static void put(ObjectNode to, String name, @Nullable String value) {
    if (value != null) {
      to.put(name, value);
    }
  }
}
