package io.ash.runner;

import io.ash.model.Event;
import io.ash.model.EventKind;
import io.ash.model.Notice;
import io.vertx.core.json.JsonObject;
import java.util.TreeMap;

/** Writes a notice as an event. */
final class NoticeEvent {
  private NoticeEvent() {}

  /** The event; {@code turn} is 0 between two turns. */
  static Event of(Notice notice, int turn) {
    JsonObject body =
        new JsonObject().put("notice", notice.code()).put("message", notice.message());
    if (notice.remedy() != null) {
      body.put("remedy", notice.remedy());
    }
    new TreeMap<>(notice.details()).forEach(body::put);
    return new Event(turn, EventKind.NOTICE, body.encode());
  }
}
