package io.ash.runner;

/**
 * How much may wait and how much goes at once.
 *
 * @param sessionBytes share of one session in the buffer; above it the session is not read
 * @param runnerBytes of all sessions together; above it whoever adds is not read
 * @param requestBytes of one request
 * @param batchBytes of one batch; an event above it goes alone
 * @param batchEvents of one batch
 * @param mergedChars of the text of one event that was joined from waiting pieces
 */
record UplinkBounds(
    long sessionBytes,
    long runnerBytes,
    long requestBytes,
    long batchBytes,
    int batchEvents,
    int mergedChars) {
  static final UplinkBounds STANDARD =
      new UplinkBounds(1 << 20, 64 << 20, 4 << 20, 1 << 20, 500, 16 << 10);
}
