package io.ash.coordinator.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** JSON at the public door: trees in, text out. Thread-safe. */
final class Json {
  /** Deepest nesting accepted from a client. */
  static final int MAX_DEPTH = 200;

  /** Longest single string: the largest body is 200 MiB. */
  private static final int MAX_STRING = 210 * 1024 * 1024;

  private static final JsonMapper FROM_CLIENTS = mapper(MAX_DEPTH);

  /** Stored text may wrap what a client sent, so it nests a little deeper. */
  private static final JsonMapper STORED = mapper(5 * MAX_DEPTH);

  private static final DateTimeFormatter MILLIS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private Json() {}

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  static ArrayNode array() {
    return JsonNodeFactory.instance.arrayNode();
  }

  /** An object with one field. */
  static ObjectNode wrap(String name, JsonNode value) {
    return object().set(name, value);
  }

  /** Reads what a client sent; nothing at all is a {@link MissingNode}. Throws {@link Invalid}. */
  static JsonNode parse(byte[] bytes) {
    try {
      return FROM_CLIENTS.readTree(bytes);
    } catch (StreamConstraintsException e) {
      throw new Invalid(
          "body", "is nested deeper than " + MAX_DEPTH + " levels or holds a too long value");
    } catch (JsonProcessingException e) {
      int at = e.getLocation() == null ? 0 : (int) Math.max(0, e.getLocation().getByteOffset());
      throw new Invalid("body", "must be valid JSON; reading stopped at byte " + at);
    } catch (IOException e) {
      throw new Invalid("body", "must be JSON in UTF-8");
    }
  }

  /** Reads text of our own tables; throws {@link UncheckedIOException} where it is not JSON. */
  static JsonNode stored(String text) {
    try {
      return STORED.readTree(text);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One line of JSON. */
  static String text(JsonNode node) {
    try {
      return STORED.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** ISO-8601 in UTC with milliseconds. */
  static String time(Instant at) {
    return MILLIS.format(at);
  }

  private static JsonMapper mapper(int depth) {
    return JsonMapper.builder(
            JsonFactory.builder()
                .streamReadConstraints(
                    StreamReadConstraints.builder()
                        .maxNestingDepth(depth)
                        .maxStringLength(MAX_STRING)
                        .build())
                .build())
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
        .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
        .build();
  }
}
