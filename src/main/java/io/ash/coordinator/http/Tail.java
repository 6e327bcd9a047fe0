package io.ash.coordinator.http;

import io.ash.coordinator.journal.Feed;
import io.ash.coordinator.journal.Sink;

/** A reader of one journal from a cursor; the part of {@link Feed} that a stream needs. */
interface Tail {
  /** Starts to read into the sink. */
  void start(Sink sink);

  /** Goes on after the sink asked to stop. */
  void resume();

  /** Stops for good. */
  void close();

  /** A feed as a tail. */
  static Tail of(Feed feed) {
    return new Tail() {
      @Override
      public void start(Sink sink) {
        feed.start(sink);
      }

      @Override
      public void resume() {
        feed.resume();
      }

      @Override
      public void close() {
        feed.close();
      }
    };
  }
}
