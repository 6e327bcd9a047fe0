package io.ash.runner.dialect;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON that a stranger wrote so that what passes can be stored and sent on as it is: one
 * complete object, bounded depth, no half of a surrogate pair. Numbers keep every digit.
 */
final class StrictJson {
  /** How deep a line may nest; the envelope of an event adds a few levels, rows hold 200. */
  static final int MAX_DEPTH = 190;

  private static final JsonMapper MAPPER = mapper(MAX_DEPTH);
  private static final JsonMapper TRUSTING = mapper(1000);

  private StrictJson() {}

  /** One object and nothing behind it. */
  static ObjectNode object(String line) throws Malformed {
    JsonNode node = value(line);
    if (node instanceof ObjectNode object) {
      return object;
    }
    throw new Malformed("is not a JSON object");
  }

  /** One value and nothing behind it. */
  static JsonNode value(String line) throws Malformed {
    JsonNode node;
    try {
      node = MAPPER.readTree(line);
    } catch (StreamConstraintsException e) {
      throw new Malformed("nests deeper than " + MAX_DEPTH + " levels or holds an endless number");
    } catch (JsonProcessingException e) {
      throw new Malformed("is not JSON");
    }
    if (node.isMissingNode()) {
      throw new Malformed("is not JSON");
    }
    // Half a pair can only come from an escape: decoded bytes never hold one.
    if ((line.contains("\\ud") || line.contains("\\uD")) && holdsHalfPair(node)) {
      throw new Malformed("holds half of a surrogate pair");
    }
    return node;
  }

  /** JSON from our own side, parsed before at the public door; anything else there is a bug. */
  static JsonNode trusted(String json) {
    try {
      return TRUSTING.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("the caller's text is not JSON", e);
    }
  }

  /** A text of an object of our own, or null. */
  static @Nullable String trustedText(JsonNode from, String name) {
    return from.path(name).textValue();
  }

  /** An object inside an object of our own, as text, or null. */
  static @Nullable String trustedObject(JsonNode from, String name) {
    JsonNode node = from.get(name);
    return node == null || !node.isObject() ? null : text(node);
  }

  /** The text of a line that was read, fit to be sent on: raw CR is white space in JSON. */
  static String untouched(String line) {
    return line.strip().replace('\r', ' ');
  }

  /** The text of a node on one line. */
  static String text(JsonNode node) {
    try {
      return MAPPER.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree cannot be written", e);
    }
  }

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** A text that must be there. */
  static String string(ObjectNode from, String name) throws Malformed {
    String text = optionalString(from, name);
    if (text == null) {
      throw new Malformed("has no '" + name + "'");
    }
    return text;
  }

  /** A text that may be missing. */
  static @Nullable String optionalString(ObjectNode from, String name) throws Malformed {
    JsonNode node = from.get(name);
    if (node == null || node.isNull()) {
      return null;
    }
    if (!node.isTextual()) {
      throw new Malformed("has a '" + name + "' that is not a string");
    }
    return node.textValue();
  }

  private static boolean holdsHalfPair(JsonNode node) {
    if (node.isTextual()) {
      return isHalfPair(node.textValue());
    }
    for (Iterator<Map.Entry<String, JsonNode>> i = node.fields(); i.hasNext(); ) {
      Map.Entry<String, JsonNode> field = i.next();
      if (isHalfPair(field.getKey())) {
        return true;
      }
    }
    for (JsonNode child : node) {
      if (holdsHalfPair(child)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isHalfPair(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        return true;
      }
    }
    return false;
  }

  private static JsonMapper mapper(int depth) {
    StreamReadConstraints limits =
        StreamReadConstraints.builder()
            .maxNestingDepth(depth)
            .maxStringLength(LineSplitter.MAX_LINE_BYTES)
            .maxNameLength(LineSplitter.MAX_LINE_BYTES)
            .build();
    return JsonMapper.builder(JsonFactory.builder().streamReadConstraints(limits).build())
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
        .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
        .build();
  }
}
