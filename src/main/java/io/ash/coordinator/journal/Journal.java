package io.ash.coordinator.journal;

import io.ash.coordinator.store.EventRow;
import io.ash.coordinator.store.JournalPage;
import io.ash.coordinator.store.JournalStore;
import io.ash.coordinator.store.MessageRow;
import io.ash.model.Remembered;
import io.ash.model.SessionId;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/** The journals of all sessions, as this process sees them. Thread-safe. */
public final class Journal {
  private static final int REMEMBERED = 4096;

  private final JournalStore store;
  private final InstantSource clock;
  private final Map<SessionId, Set<Feed>> feeds = new ConcurrentHashMap<>();
  private final Remembered<SessionId, Long> newest = new Remembered<>(REMEMBERED);

  private volatile BiConsumer<SessionId, EventRow> listener = (session, row) -> {};

  public Journal(JournalStore store, InstantSource clock) {
    this.store = store;
    this.clock = clock;
  }

  /** A reader of one journal: gives every row with a number above the cursor. */
  public Feed follow(SessionId session, long cursor, Context loop) {
    return new Feed(this, session, cursor, loop);
  }

  /** Lasting rows after a number. */
  public Future<List<EventRow>> lasting(SessionId session, long after, int limit) {
    return store.lasting(session, after, limit);
  }

  /** The conversation after a number. */
  public Future<List<MessageRow>> messages(SessionId session, long after, int limit) {
    return store.messages(session, after, limit);
  }

  /** Who hears of every row this process appends, on the thread that did; it must be quick. */
  public void listen(BiConsumer<SessionId, EventRow> newListener) {
    listener = newListener;
  }

  /** Hands rows that were just appended to the readers in this process. */
  public void appended(SessionId session, List<EventRow> rows) {
    if (rows.isEmpty()) {
      return;
    }
    rows.forEach(row -> listener.accept(session, row));
    remember(session, rows.get(rows.size() - 1).seq());
    for (Feed feed : feeds.getOrDefault(session, Set.of())) {
      feed.offer(rows);
    }
  }

  /** One row that was just appended by this process itself. */
  public void appended(SessionId session, EventRow row) {
    appended(session, List.of(row));
  }

  /** Tells the readers in this process that something happened which they should read. */
  public void wake(SessionId session) {
    newest.remove(session);
    for (Feed feed : feeds.getOrDefault(session, Set.of())) {
      feed.wake();
    }
  }

  /** Sessions that are followed in this process. */
  public int followed() {
    return feeds.size();
  }

  /** Wakes every reader: for when wake-ups may have been lost. */
  public void wakeAll() {
    feeds.keySet().forEach(this::wake);
  }

  InstantSource clock() {
    return clock;
  }

  Future<Optional<JournalPage>> page(SessionId session, long after, int limit) {
    return store.page(session, after, limit);
  }

  void register(SessionId session, Feed feed) {
    feeds.compute(
        session,
        (id, all) -> {
          Set<Feed> set = all == null ? ConcurrentHashMap.newKeySet() : all;
          set.add(feed);
          return set;
        });
  }

  void unregister(SessionId session, Feed feed) {
    feeds.computeIfPresent(
        session,
        (id, all) -> {
          all.remove(feed);
          return all.isEmpty() ? null : all;
        });
  }

  /** Whether this process appended that row last: then nothing is to be read behind it. */
  boolean isNewest(SessionId session, long cursor) {
    Long seq = newest.get(session);
    return seq != null && seq == cursor;
  }

  private void remember(SessionId session, long seq) {
    newest.merge(session, seq, Math::max);
  }
}
