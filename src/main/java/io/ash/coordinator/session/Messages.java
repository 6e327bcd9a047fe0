package io.ash.coordinator.session;

import io.ash.blob.Lanes;
import io.ash.coordinator.journal.Journal;
import io.ash.coordinator.store.MessageRow;
import io.ash.coordinator.store.TurnStore;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.model.SessionId;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** What was said in sessions, with the content of messages wherever it lies. */
public final class Messages {
  /** Bytes of content from outside the journal that one list shows whole. */
  static final long MOST_IN_LIST = 16L << 20;

  private final TurnStore turns;
  private final Journal journal;
  private final LargeContent contents;

  Messages(TurnStore turns, Journal journal, LargeContent contents) {
    this.turns = turns;
    this.journal = journal;
    this.contents = contents;
  }

  /**
   * The conversation after a number. A message whose content lies outside the journal is whole as
   * long as the list stays below 16 MiB of such content; where it is not, its body has {@code
   * large}, and its content shows how each text begins.
   */
  public Future<List<MessageRow>> list(String tenant, SessionId session, long after, int limit) {
    return journal
        .messages(session, after, limit)
        .compose(
            rows -> {
              Listing listing = new Listing(tenant, rows.iterator());
              return Lanes.repeat(listing.rest::hasNext, listing::step).map(v -> listing.rows);
            });
  }

  private final class Listing {
    final String tenant;
    final Iterator<MessageRow> rest;
    final List<MessageRow> rows = new ArrayList<>();
    long left = MOST_IN_LIST;

    Listing(String tenant, Iterator<MessageRow> rest) {
      this.tenant = tenant;
      this.rest = rest;
    }

    Future<Void> step() {
      MessageRow row = rest.next();
      long size =
          row.parts().isEmpty()
              ? Long.MAX_VALUE
              : new JsonObject(row.body()).getJsonObject("large").getLong("bytes");
      if (size > left) {
        rows.add(row);
        return Future.succeededFuture();
      }
      left -= size;
      return contents
          .content(tenant, row.body(), row.parts())
          .map(content -> whole(row, LargeContent.small(content).body()))
          .recover(
              cause ->
                  LargeContent.isLost(cause)
                      ? Future.succeededFuture(row)
                      : Future.failedFuture(cause))
          .map(
              found -> {
                rows.add(found);
                return null;
              });
    }
  }

  private static MessageRow whole(MessageRow row, String body) {
    return new MessageRow(row.sequence(), row.role(), row.turn(), body, List.of(), row.at());
  }

  /** The message that began a turn; fails with NOT_FOUND where there is no such turn. */
  public Future<TurnStore.Message> message(SessionId session, int turn) {
    return turns
        .message(session, turn)
        .map(found -> found.orElseThrow(() -> new Refused(Refusal.NOT_FOUND, "Turn not found")));
  }

  /** A part of the content of a message, at most 4 MiB; fails with DAMAGED where it is lost. */
  public Future<Buffer> part(String tenant, String key) {
    return contents
        .part(tenant, key)
        .recover(
            cause ->
                Future.failedFuture(
                    LargeContent.isLost(cause)
                        ? new Refused(
                            Refusal.DAMAGED,
                            "The content of this message is damaged: " + cause.getMessage())
                        : cause));
  }
}
