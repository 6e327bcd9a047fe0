package io.ash.coordinator.journal;

import io.ash.coordinator.store.EventRow;
import io.ash.coordinator.store.JournalPage;
import io.ash.model.SessionId;
import io.ash.model.SessionStatus;
import io.vertx.core.Context;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One reader of one journal from a cursor: exactly what follows, in order, as fast as the reader
 * takes it.
 *
 * <p>Confined to its event loop, except {@link #offer} and {@link #wake}, which any thread may
 * call. A slow reader costs one page: rows that come meanwhile are not kept but read again.
 */
public final class Feed {
  private static final int PAGE_ROWS = 500;

  private final Journal journal;
  private final SessionId session;
  private final Context loop;
  private long cursor;
  private @Nullable Sink sink;
  private boolean reading;
  private boolean dirty;
  private boolean full;
  private boolean caughtUp;
  private boolean closed;

  Feed(Journal journal, SessionId session, long cursor, Context loop) {
    this.journal = journal;
    this.session = session;
    this.cursor = cursor;
    this.loop = loop;
  }

  /** Starts to follow; everything comes through the sink. */
  public void start(Sink target) {
    sink = target;
    journal.register(session, this);
    if (journal.isNewest(session, cursor)) {
      tellCaughtUp(target, cursor);
    } else {
      read();
    }
  }

  /** The reader has room again. */
  public void resume() {
    if (full && !closed) {
      full = false;
      read();
    }
  }

  /** Stops; nothing more is given. */
  public void close() {
    if (!closed) {
      closed = true;
      journal.unregister(session, this);
    }
  }

  /** Hands over rows that were just appended; taken if they continue the cursor. */
  void offer(List<EventRow> rows) {
    loop.runOnContext(ignored -> take(rows));
  }

  /** Something happened in this journal; read it. */
  void wake() {
    loop.runOnContext(ignored -> read());
  }

  private void take(List<EventRow> rows) {
    Sink target = sink;
    if (closed || target == null || rows.get(rows.size() - 1).seq() <= cursor) {
      return;
    }
    if (reading || full || rows.get(0).seq() != cursor + 1) {
      read();
      return;
    }
    give(target, rows);
  }

  private void give(Sink target, List<EventRow> rows) {
    cursor = rows.get(rows.size() - 1).seq();
    if (!target.rows(rows)) {
      full = true;
      dirty = true;
    }
  }

  private void read() {
    Sink target = sink;
    if (closed || target == null) {
      return;
    }
    if (reading || full) {
      dirty = true;
      return;
    }
    reading = true;
    dirty = false;
    journal
        .page(session, cursor, PAGE_ROWS)
        .onComplete(
            result ->
                loop.runOnContext(
                    ignored -> {
                      reading = false;
                      if (closed) {
                        return;
                      }
                      if (result.failed()) {
                        close();
                        target.failed(result.cause());
                      } else {
                        took(target, result.result());
                      }
                    }));
  }

  private void took(Sink target, Optional<JournalPage> found) {
    if (found.isEmpty()) {
      close();
      target.ended();
      return;
    }
    JournalPage page = found.get();
    if (cursor > page.lastSeq() || cursor < page.oldestSeq() - 1) {
      close();
      target.reset(page.oldestSeq(), page.lastSeq());
      return;
    }
    if (!page.rows().isEmpty()) {
      give(target, page.rows());
    }
    if (closed) {
      return;
    }
    if (page.full()) {
      read();
      return;
    }
    cursor = Math.max(cursor, page.lastSeq());
    if (!full) {
      tellCaughtUp(target, cursor);
      if (page.status() == SessionStatus.ENDED && !closed) {
        close();
        target.ended();
      } else if (dirty) {
        read();
      }
    }
  }

  private void tellCaughtUp(Sink target, long upTo) {
    if (!caughtUp) {
      caughtUp = true;
      target.caughtUp(upTo);
    }
  }
}
