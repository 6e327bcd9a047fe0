package io.ash.coordinator.http;

import io.ash.coordinator.journal.Journal;
import io.ash.coordinator.store.EventRow;
import io.ash.model.SessionId;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the timeline of a session in pages: a view of the lasting rows of its journal. */
final class TimelinePages {
  private static final int ROWS = 500;

  /** Rows read before the page, so that results of its tools find their names. */
  private static final int LOOK_BACK = 50;

  private final Journal journal;

  TimelinePages(Journal journal) {
    this.journal = journal;
  }

  /**
   * Events with a sequence above {@code after}, at most {@code limit}, ascending.
   *
   * @param type only these, or null for all
   */
  Future<List<TimelineEvent>> read(
      SessionId session, long after, int limit, @Nullable String type) {
    Reading reading = new Reading(session, after, limit, type);
    return reading.next(Math.max(0, after / Timeline.PER_ROW - 1 - LOOK_BACK));
  }

  private final class Reading {
    private final Timeline timeline = new Timeline();
    private final List<TimelineEvent> found = new ArrayList<>();
    private final SessionId session;
    private final long after;
    private final int limit;
    private final @Nullable String type;

    Reading(SessionId session, long after, int limit, @Nullable String type) {
      this.session = session;
      this.after = after;
      this.limit = limit;
      this.type = type;
    }

    Future<List<TimelineEvent>> next(long row) {
      return journal
          .lasting(session, row, ROWS)
          .compose(
              rows -> {
                rows.forEach(this::take);
                return found.size() >= limit || rows.size() < ROWS
                    ? Future.succeededFuture(found)
                    : next(rows.get(rows.size() - 1).seq());
              });
    }

    private void take(EventRow row) {
      for (TimelineEvent event : timeline.of(row)) {
        if (event.sequence() > after
            && found.size() < limit
            && (type == null || type.equals(event.type()))) {
          found.add(event);
        }
      }
    }
  }
}
