package io.ash.time;

/**
 * The one thread that some mutable state belongs to: the event loop it was made on.
 *
 * <p>State that is confined asks at its doors, in every build: it costs a comparison, and what
 * completes on a strange thread is found at once instead of as a rare fault. Any thread may ask.
 */
public final class Confined {
  private final Thread owner = Thread.currentThread();

  /** Throws {@link IllegalStateException}, a bug, where another thread than the owner asks. */
  public void check() {
    Thread here = Thread.currentThread();
    if (here != owner) {
      throw new IllegalStateException(
          "what belongs to " + owner.getName() + " was touched on " + here.getName());
    }
  }
}
