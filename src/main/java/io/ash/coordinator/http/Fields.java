package io.ash.coordinator.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Strict reader of one JSON object of a request: a string stays a string, unknown fields are
 * ignored, {@code null} counts as absent.
 *
 * <p>Collects every problem with its path; {@link #orThrow} tells them together. Not thread-safe.
 */
public final class Fields {
  private final ObjectNode source;
  private final String path;
  private final List<Violation> problems;

  private Fields(ObjectNode source, String path, List<Violation> problems) {
    this.source = source;
    this.path = path;
    this.problems = problems;
  }

  /** Reads {@code body}; throws {@link Invalid} where it is no object. */
  public static Fields of(JsonNode body) {
    if (body instanceof ObjectNode object) {
      return new Fields(object, "body", new ArrayList<>());
    }
    throw new Invalid("body", "must be an object");
  }

  /** A string that must be there, of {@code min} to {@code max} characters. */
  public String required(String name, int min, int max) {
    if (get(name) == null) {
      problem(name, "is required");
      return "";
    }
    String value = text(name, max);
    if (value != null && value.length() < min) {
      problem(name, "must be at least " + min + " characters long");
    }
    return value == null ? "" : value;
  }

  /** A string of at most {@code max} characters, or null. */
  public @Nullable String text(String name, int max) {
    JsonNode value = get(name);
    if (value == null) {
      return null;
    }
    if (!value.isTextual()) {
      problem(name, "must be a string");
      return null;
    }
    if (value.textValue().length() > max) {
      problem(name, "must be at most " + max + " characters long");
      return null;
    }
    return value.textValue();
  }

  /** A whole number from {@code min} to {@code max}, or null. */
  public @Nullable Integer integer(String name, int min, int max) {
    JsonNode value = get(name);
    if (value == null) {
      return null;
    }
    if (!value.isIntegralNumber()
        || !value.canConvertToInt()
        || value.intValue() < min
        || value.intValue() > max) {
      problem(name, "must be a whole number from " + min + " to " + max);
      return null;
    }
    return value.intValue();
  }

  /** A number that is not below zero, or null. */
  public @Nullable BigDecimal amount(String name) {
    JsonNode value = get(name);
    if (value == null) {
      return null;
    }
    if (!value.isNumber() || value.decimalValue().signum() < 0) {
      problem(name, "must be a number of at least 0");
      return null;
    }
    return value.decimalValue();
  }

  /** True, false or null. */
  public @Nullable Boolean flag(String name) {
    JsonNode value = get(name);
    if (value == null) {
      return null;
    }
    if (!value.isBoolean()) {
      problem(name, "must be true or false");
      return null;
    }
    return value.booleanValue();
  }

  /** One of some words, or null. */
  public @Nullable String choice(String name, List<String> words) {
    JsonNode value = get(name);
    if (value == null) {
      return null;
    }
    if (!value.isTextual() || !words.contains(value.textValue())) {
      problem(name, "must be one of " + String.join(", ", words));
      return null;
    }
    return value.textValue();
  }

  /** Strings of at most {@code longest} characters, at most {@code most} of them, or null. */
  public @Nullable List<String> texts(String name, int most, int longest) {
    JsonNode value = get(name);
    if (value == null) {
      return null;
    }
    if (!value.isArray() || value.size() > most) {
      problem(name, "must be an array of at most " + most + " strings");
      return null;
    }
    List<String> all = new ArrayList<>();
    for (int i = 0; i < value.size(); i++) {
      if (value.get(i).isTextual() && value.get(i).textValue().length() <= longest) {
        all.add(value.get(i).textValue());
      } else {
        problem(name + "/" + i, "must be a string of at most " + longest + " characters");
      }
    }
    return all;
  }

  /** An object whose values are strings, or null; names and values without NUL characters. */
  public @Nullable Map<String, String> textMap(String name, int most) {
    JsonNode value = get(name);
    if (value == null) {
      return null;
    }
    if (!(value instanceof ObjectNode map) || map.size() > most) {
      problem(name, "must be an object of at most " + most + " strings");
      return null;
    }
    Map<String, String> all = new LinkedHashMap<>();
    map.properties()
        .forEach(
            entry -> {
              String key = entry.getKey();
              JsonNode text = entry.getValue();
              if (!text.isTextual()) {
                problem(name + "/" + key, "must be a string");
              } else if (key.isEmpty() || key.indexOf('=') >= 0 || key.indexOf('\0') >= 0) {
                problem(name, "must have names that are not empty and hold no '=' and no NUL");
              } else if (text.textValue().indexOf('\0') >= 0) {
                problem(name + "/" + key, "must not contain a NUL character");
              } else {
                all.put(key, text.textValue());
              }
            });
    return all;
  }

  /** Any JSON object, untouched, or null. */
  public @Nullable ObjectNode object(String name) {
    JsonNode value = get(name);
    if (value == null || value instanceof ObjectNode) {
      return (ObjectNode) value;
    }
    problem(name, "must be an object");
    return null;
  }

  /** A reader of an object inside this one, or null. */
  public @Nullable Fields nested(String name) {
    ObjectNode value = object(name);
    return value == null ? null : new Fields(value, path + "/" + name, problems);
  }

  /** Readers of the objects of an array of {@code min} to {@code max}, which must be there. */
  public List<Fields> each(String name, int min, int max) {
    JsonNode value = get(name);
    List<Fields> all = new ArrayList<>();
    if (value == null) {
      problem(name, "is required");
    } else if (!value.isArray() || value.size() < min || value.size() > max) {
      problem(name, "must be an array of " + min + " to " + max + " objects");
    } else {
      for (int i = 0; i < value.size(); i++) {
        if (value.get(i) instanceof ObjectNode object) {
          all.add(new Fields(object, path + "/" + name + "/" + i, problems));
        } else {
          problem(name + "/" + i, "must be an object");
        }
      }
    }
    return all;
  }

  /** The value as it is, or null where it is absent. */
  public @Nullable JsonNode get(String name) {
    JsonNode value = source.get(name);
    return value == null || value.isNull() ? null : value;
  }

  /** The whole object. */
  public ObjectNode source() {
    return source;
  }

  /** Notes a problem that the caller found itself. */
  public void problem(String name, String problem) {
    problems.add(new Violation(path + "/" + name, problem));
  }

  /** Throws everything found so far, or returns. */
  public void orThrow() {
    if (!problems.isEmpty()) {
      throw new Invalid(problems);
    }
  }
}
