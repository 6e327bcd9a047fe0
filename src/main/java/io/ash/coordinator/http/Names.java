package io.ash.coordinator.http;

import io.ash.model.SessionId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/** Ids of views of the journal: the same row has the same id for ever (UUID version 5). */
final class Names {
  private Names() {}

  /** The id of a message of a session. */
  static UUID message(SessionId session, long sequence) {
    return version5(session.value(), "message/" + sequence);
  }

  /** The id of an event of a session's timeline. */
  static UUID event(SessionId session, long sequence) {
    return version5(session.value(), "event/" + sequence);
  }

  /** The UUID of a name in a namespace, as RFC 9562 defines it. */
  static UUID version5(UUID namespace, String name) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-1");
      digest.update(
          ByteBuffer.allocate(16)
              .putLong(namespace.getMostSignificantBits())
              .putLong(namespace.getLeastSignificantBits())
              .flip());
      ByteBuffer hash = ByteBuffer.wrap(digest.digest(name.getBytes(StandardCharsets.UTF_8)));
      long high = (hash.getLong() & 0xffffffffffff0fffL) | 0x5000L;
      long low = (hash.getLong() & 0x3fffffffffffffffL) | 0x8000000000000000L;
      return new UUID(high, low);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
  }
}
