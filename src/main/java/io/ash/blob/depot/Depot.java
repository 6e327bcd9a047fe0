package io.ash.blob.depot;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A place where bytes lie under names, each written once and never again.
 *
 * <p>Because no name is used twice, nobody can remove what somebody else has just written under the
 * same one. Every method blocks, within limits of its own where the place has any; thread-safe.
 * Failures are {@link IOException}s whose message is for operators.
 */
public interface Depot extends AutoCloseable {
  /** Names on one page of {@link #list}, at most. */
  int PAGE = 1_000;

  /** Where it is, as {@code ASH_SNAPSHOT_URL} says it. */
  String url();

  /** How many things at a time it does well. */
  int lanes();

  /** Stores bytes under a new name; they survive a power cut when this returns. */
  void write(BytesName name, byte[] bytes) throws IOException;

  /** The bytes under a name; nothing where there are none, or more than {@code most}. */
  Optional<byte[]> read(BytesName name, int most) throws IOException;

  /** Removes names; those that are not there are no failure. */
  void delete(List<BytesName> names) throws IOException;

  /** Names after {@code after} in ascending order, at most {@value #PAGE}; null for the first. */
  List<Lying> list(@org.jspecify.annotations.Nullable BytesName after) throws IOException;

  /** Removes what writes left that were cut off before {@code before}. */
  void tidy(Instant before) throws IOException;

  /** The mark of this place; nothing where nobody has left one. */
  Optional<String> mark() throws IOException;

  /** Leaves a mark unless there is one; returns the one that is there then. */
  String mark(String wished) throws IOException;

  /** Tries once everything that it will be used for. */
  void probe() throws IOException;

  @Override
  void close();

  /**
   * Bytes that lie there.
   *
   * @param at when they were written, by the clock of the place
   */
  record Lying(BytesName name, Instant at) {}
}
