package io.ash.model;

import java.util.Locale;

/** What a row of the journal says. The body of each is one JSON object. */
public enum EventKind {
  /** {@code {"type":"user","content":…}}: a message that was accepted. */
  USER(true),
  /** {@code {"delta":text}}: a piece of text. */
  DELTA(false),
  /** {@code {"delta":text}}: a piece of reasoning. */
  THINKING(false),
  /** A raw {@code stream_event} message of a model SDK. */
  STREAM(false),
  /** A raw message in the form of a model SDK: assistant, user, result, system or anything else. */
  MESSAGE(true),
  /** {@code {"error":text,"code"?}}. */
  ERROR(true),
  /** {@code {"status":done|failed|interrupted|lost,"reason"?}}: the one terminal row of a turn. */
  END(true),
  /** {@code {"action":created|resumed|paused|stopped|ended|…}}. */
  LIFECYCLE(true),
  /** {@code {"notice":code,"message":text,"remedy"?,…}}: what a {@link Notice} says. */
  NOTICE(true),
  /** {@code {"text":…}}: what was streamed of a message that never came. */
  PARTIAL(true);

  private final boolean lasting;

  EventKind(boolean lasting) {
    this.lasting = lasting;
  }

  /**
   * Whether rows of this kind stay; the others may be dropped once the message they belong to is
   * stored.
   */
  public boolean lasting() {
    return lasting;
  }

  /** The lower-case name used in the database. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Reads the lower-case name; throws {@link IllegalArgumentException} for anything else. */
  public static EventKind of(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT));
  }
}
