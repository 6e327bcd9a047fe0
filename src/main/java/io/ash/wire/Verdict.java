package io.ash.wire;

/**
 * What became of one batch.
 *
 * @param kind the decision
 * @param upTo number of the newest event of this epoch that is in the journal
 */
public record Verdict(Kind kind, long upTo) {
  /** The decisions of the append statement. */
  public enum Kind {
    /** It is in the journal now. */
    APPENDED,
    /** It was there before. */
    HAD,
    /** Events before it are missing: send from {@code upTo + 1}. */
    GAP,
    /** The epoch is not the current one: throw everything of it away. */
    FENCED,
    /** The row was locked: send again. */
    BUSY,
    /** There is no such session. */
    UNKNOWN
  }
}
