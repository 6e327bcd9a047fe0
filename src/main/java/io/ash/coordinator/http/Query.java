package io.ash.coordinator.http;

import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Strict reader of a query string: values are checked, unknown parameters are ignored, an empty
 * value counts as absent. Collects problems; {@link #orThrow} tells them together.
 */
public final class Query {
  private final MultiMap params;
  private final List<Violation> problems = new ArrayList<>();

  private Query(MultiMap params) {
    this.params = params;
  }

  /** The query of a request; throws {@link Invalid} where it cannot be decoded. */
  public static Query of(RoutingContext ctx) {
    try {
      return new Query(ctx.queryParams());
    } catch (RuntimeException e) {
      throw new Invalid("querystring", "must be percent-encoded UTF-8");
    }
  }

  /** The text of a parameter, at most {@code max} characters, or null. */
  public @Nullable String text(String name, int max) {
    List<String> all = params.getAll(name);
    if (all.isEmpty() || all.get(0).isEmpty()) {
      return null;
    }
    if (all.size() > 1) {
      problem(name, "must be given once");
      return null;
    }
    if (all.get(0).length() > max || all.get(0).indexOf('\0') >= 0) {
      problem(name, "must be at most " + max + " characters without NUL");
      return null;
    }
    return all.get(0);
  }

  /** A whole number from {@code min} to {@code max}. */
  public long number(String name, long otherwise, long min, long max) {
    String text = text(name, 100);
    if (text == null) {
      return otherwise;
    }
    try {
      long value = Long.parseLong(text);
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      // told below, like a number out of range
    }
    problem(name, "must be a whole number from " + min + " to " + max);
    return otherwise;
  }

  /** One of some words, or null. */
  public @Nullable String choice(String name, List<String> words) {
    String text = text(name, 100);
    if (text == null || words.contains(text)) {
      return text;
    }
    problem(name, "must be one of " + String.join(", ", words));
    return null;
  }

  /** {@code true} or {@code false}. */
  public boolean flag(String name, boolean otherwise) {
    String word = choice(name, List.of("true", "false"));
    return word == null ? otherwise : word.equals("true");
  }

  /** Notes a problem that the caller found itself. */
  public void problem(String name, String problem) {
    problems.add(new Violation("querystring/" + name, problem));
  }

  /** Throws everything found so far, or returns. */
  public void orThrow() {
    if (!problems.isEmpty()) {
      throw new Invalid(problems);
    }
  }
}
