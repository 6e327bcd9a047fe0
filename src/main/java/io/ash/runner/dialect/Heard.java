package io.ash.runner.dialect;

import io.ash.model.Event;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one thing that the agent did means for its session.
 *
 * @param events rows for the journal, in order
 * @param replies lines to write to the agent
 * @param dropped why nothing came of a line, for the log, or null
 * @param remember text to keep for {@link Dialects#open} after a restart, or null where it has not
 *     changed; empty means that there is nothing to keep any more
 */
public record Heard(
    List<Event> events, List<String> replies, @Nullable String dropped, @Nullable String remember) {
  /** Nothing to do. */
  public static final Heard NOTHING = new Heard(List.of(), List.of(), null, null);

  public Heard {
    events = List.copyOf(events);
    replies = List.copyOf(replies);
  }

  static Heard events(Event... events) {
    return new Heard(List.of(events), List.of(), null, null);
  }

  static Heard events(List<Event> events) {
    return new Heard(events, List.of(), null, null);
  }

  static Heard dropped(String why) {
    return new Heard(List.of(), List.of(), why, null);
  }

  Heard remembering(String text) {
    return new Heard(events, replies, dropped, text);
  }
}
