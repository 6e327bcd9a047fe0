package io.ash.model;

import java.util.UUID;

/** Names one session for ever. */
public record SessionId(UUID value) {
  /** A new random id. */
  public static SessionId random() {
    return new SessionId(UUID.randomUUID());
  }

  /** Reads the canonical text form; throws {@link IllegalArgumentException} for anything else. */
  public static SessionId of(String text) {
    UUID id = UUID.fromString(text);
    if (!id.toString().equalsIgnoreCase(text)) {
      throw new IllegalArgumentException("not a UUID: " + text);
    }
    return new SessionId(id);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
