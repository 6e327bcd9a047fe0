package io.ash.coordinator.upkeep;

/** Told of what the upkeep found and removed. Thread-safe. */
public interface Tally {
  /** What is stored, as counted in one pass over all blobs: rows, and bytes of packed forms. */
  void stored(long blobs, long bytes);

  /** Blobs were deleted. */
  void collected(long blobs, long bytes);

  /** Bytes without a row were removed. */
  void strays(long count);

  /** Ended sessions were removed. */
  void expired(long sessions);
}
