package io.ash.coordinator.http;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a reader of a stream left off: everything up to row {@code seq} was read, or, with a frame,
 * everything before that row and the first {@code frame} frames of it.
 *
 * @param seq number of a row, from 0
 * @param frame frames of that row that were read; 0 for the whole row
 * @param tail whether only what comes from now on is wanted
 * @param given whether the reader said anything at all
 */
record Cursor(long seq, int frame, boolean tail, boolean given) {
  /** The beginning of the journal. */
  static final Cursor START = new Cursor(0, 0, false, false);

  private static final Pattern FORM = Pattern.compile("(\\d{1,18})(?:\\.(\\d{1,6}))?");

  /**
   * The cursor of a request: {@code Last-Event-ID}, which a browser sends when it comes back, else
   * {@code ?after=}. Throws {@link Invalid} for anything but {@code n}, {@code n.k} or, in the
   * query, {@code tail}.
   */
  static Cursor of(RoutingContext ctx) {
    String header = lastEventId(ctx.request());
    if (!header.isEmpty()) {
      return parse(header, "headers/last-event-id", "such as 17 or 17.2");
    }
    List<String> after = ctx.queryParam("after");
    if (after.isEmpty() || after.get(0).isEmpty()) {
      return START;
    }
    return after.get(0).equals("tail")
        ? new Cursor(0, 0, true, true)
        : parse(after.get(0), "querystring/after", "such as 17, 17.2 or tail");
  }

  /** What the reader says it saw last, empty for nothing. */
  static String lastEventId(HttpServerRequest request) {
    String header = request.getHeader("Last-Event-ID");
    return header == null ? "" : header.strip();
  }

  private static Cursor parse(String text, String path, String right) {
    Matcher m = FORM.matcher(text);
    if (!m.matches()) {
      throw new Invalid(path, "must be the id of an event, " + right);
    }
    int frame = m.group(2) == null ? 0 : Integer.parseInt(m.group(2));
    return new Cursor(Long.parseLong(m.group(1)), frame, false, true);
  }

  /**
   * The same place in a journal that reaches to {@code last}: the tail becomes that number, and a
   * frame of a row that does not exist stays outside of the journal.
   */
  Cursor within(long last) {
    if (tail) {
      return new Cursor(last, 0, false, true);
    }
    return seq > last ? new Cursor(seq, 0, false, given) : this;
  }

  /** The last row that was read completely. */
  long wholeRows() {
    return frame > 0 && seq > 0 ? seq - 1 : seq;
  }

  /** How many frames of a row were read before. */
  int read(long row) {
    return row == seq ? frame : 0;
  }
}
