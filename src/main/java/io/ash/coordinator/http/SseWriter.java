package io.ash.coordinator.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.ash.coordinator.store.EventRow;
import io.vertx.core.buffer.Buffer;
import java.util.List;

/** Puts frames into the text form of server-sent events. */
final class SseWriter {
  private final Buffer out = Buffer.buffer();

  /** Frames of one row, without the first {@code skip}; the last one carries the number alone. */
  SseWriter row(EventRow row, List<Frame> frames, int skip) {
    for (int i = skip; i < frames.size(); i++) {
      out.appendString("id: ").appendString(Long.toString(row.seq()));
      if (i < frames.size() - 1) {
        out.appendString(".").appendString(Integer.toString(i + 1));
      }
      out.appendString("\n");
      event(frames.get(i).event(), frames.get(i).data());
    }
    return this;
  }

  /** A frame about the stream itself: without an id. */
  SseWriter control(String event, JsonNode data) {
    return event(event, Json.text(data));
  }

  /** How long a client waits before it comes back, in milliseconds; ends with the next frame. */
  SseWriter retry(long millis) {
    out.appendString("retry: ").appendString(Long.toString(millis)).appendString("\n");
    return this;
  }

  /** A comment, which clients ignore and proxies count as life. */
  SseWriter comment(String text) {
    out.appendString(": ").appendString(text).appendString("\n\n");
    return this;
  }

  Buffer bytes() {
    return out;
  }

  private SseWriter event(String event, String data) {
    out.appendString("event: ").appendString(event).appendString("\ndata: ");
    out.appendString(data).appendString("\n\n");
    return this;
  }
}
