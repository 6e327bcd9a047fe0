package io.ash.config;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Typed view of merged settings, keyed by environment variable name.
 *
 * <p>Each read names the variable, its default and its range; problems are collected and thrown
 * together by {@link #orThrow}, so a person mends a configuration once. Not thread-safe: used while
 * the process is put together.
 */
public final class Env {
  private final Map<String, String> values;
  private final Set<String> known = new LinkedHashSet<>();
  private final List<String> problems = new ArrayList<>();

  public Env(Map<String, String> values) {
    this.values = Map.copyOf(values);
  }

  /** The text of a variable, or nothing where it is unset or blank. */
  public Optional<String> text(String name) {
    known.add(name);
    String v = values.get(name);
    return v == null || v.isBlank() ? Optional.empty() : Optional.of(v.strip());
  }

  public String text(String name, String otherwise) {
    return text(name).orElse(otherwise);
  }

  public Optional<Secret> secret(String name) {
    return text(name).map(Secret::new);
  }

  /** A whole number from {@code min} to {@code max}, both allowed. */
  public int number(String name, int otherwise, int min, int max) {
    return (int) bigNumber(name, otherwise, min, max);
  }

  /** A whole number from {@code min} to {@code max}, both allowed. */
  public long bigNumber(String name, long otherwise, long min, long max) {
    return text(name)
        .map(
            v -> {
              try {
                long n = Long.parseLong(v);
                if (n >= min && n <= max) {
                  return n;
                }
              } catch (NumberFormatException e) {
                // reported below, like a number out of range
              }
              problem(name, v, "a whole number from " + min + " to " + max);
              return otherwise;
            })
        .orElse(otherwise);
  }

  /** {@code true/false}, {@code 1/0}, {@code yes/no} or {@code on/off}. */
  public boolean flag(String name, boolean otherwise) {
    return text(name)
        .map(
            v ->
                switch (v.toLowerCase(Locale.ROOT)) {
                  case "true", "1", "yes", "on" -> true;
                  case "false", "0", "no", "off" -> false;
                  default -> {
                    problem(name, v, "true or false");
                    yield otherwise;
                  }
                })
        .orElse(otherwise);
  }

  /** One of the constants of an enum, written in lower case. */
  public <E extends Enum<E>> E choice(String name, E otherwise) {
    Class<E> type = otherwise.getDeclaringClass();
    return text(name)
        .map(
            v -> {
              for (E e : type.getEnumConstants()) {
                if (e.name().equalsIgnoreCase(v)) {
                  return e;
                }
              }
              StringBuilder all = new StringBuilder();
              for (E e : type.getEnumConstants()) {
                all.append(all.length() == 0 ? "" : ", ").append(e.name().toLowerCase(Locale.ROOT));
              }
              problem(name, v, "one of " + all);
              return otherwise;
            })
        .orElse(otherwise);
  }

  /**
   * A value with a parser of its own, whose {@link IllegalArgumentException} message says what
   * would be right.
   */
  public <T> Optional<T> parsed(String name, Function<String, T> parser) {
    return text(name)
        .flatMap(
            v -> {
              try {
                return Optional.of(parser.apply(v));
              } catch (IllegalArgumentException e) {
                problem(name, v, String.valueOf(e.getMessage()));
                return Optional.empty();
              }
            });
  }

  /** Notes a problem that a reader found itself. */
  public void problem(String name, String found, String expected) {
    boolean hide = name.contains("KEY") || name.contains("SECRET") || name.contains("URL");
    problems.add(
        name + " is " + (hide ? "set to something" : "'" + found + "'") + "; expected " + expected);
  }

  /** Names that were asked for so far: what {@code ASH_*} names are checked against. */
  public Set<String> known() {
    return Set.copyOf(known);
  }

  /** Variables that look like ours but that nothing reads: most likely typing mistakes. */
  public List<String> unknown() {
    return values.keySet().stream()
        .filter(n -> n.startsWith("ASH_") && !known.contains(n))
        .sorted()
        .toList();
  }

  /** Throws every problem found so far, or returns. */
  public void orThrow() {
    if (!problems.isEmpty()) {
      throw new ConfigProblems(problems);
    }
  }
}
