package io.ash.model;

/**
 * Resumes since the start, by where the sandbox came from.
 *
 * @param warm it was still there
 * @param coldLocal a new one, from files that its runner had kept
 * @param coldCloud a new one, from a stored snapshot
 * @param coldFresh a new one, without any snapshot
 */
public record ResumeCounts(long warm, long coldLocal, long coldCloud, long coldFresh) {
  /** None yet. */
  public static final ResumeCounts NONE = new ResumeCounts(0, 0, 0, 0);

  /** All resumes with a new sandbox. */
  public long cold() {
    return coldLocal + coldCloud + coldFresh;
  }
}
