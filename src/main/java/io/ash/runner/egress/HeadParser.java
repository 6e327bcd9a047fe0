package io.ash.runner.egress;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Reads the head of a request in the only way in which it can be read, or not at all: whatever two
 * programs could understand in two ways is refused.
 */
final class HeadParser {
  /** Bytes of a head. */
  static final int LONGEST = 64 * 1024;

  private static final int MOST_HEADERS = 200;
  private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}");
  private static final Pattern TARGET = Pattern.compile("[\\x21-\\x7e]{1,16384}");
  private static final Pattern VALUE = Pattern.compile("[\\x09\\x20-\\x7e\\x80-\\xff]*");
  private static final Pattern DIGITS = Pattern.compile("[0-9]{1,18}");

  private HeadParser() {}

  /** What cannot be read, as a sentence. */
  static final class Unreadable extends Exception {
    private static final long serialVersionUID = 1L;

    Unreadable(String why) {
      super(why, null, false, false);
    }
  }

  /**
   * Reads a head.
   *
   * @param lines without their ends, at least one
   */
  static Head parse(List<String> lines) throws Unreadable {
    String[] words = lines.get(0).split(" ", -1);
    require(words.length == 3, "the request line has not three words");
    require(TOKEN.matcher(words[0]).matches(), "the method is no word");
    require(TARGET.matcher(words[1]).matches(), "the target is not plain ASCII");
    boolean connect = words[0].equals("CONNECT");
    boolean old = connect && words[2].equals("HTTP/1.0");
    require(old || words[2].equals("HTTP/1.1"), "only HTTP/1.1 is spoken here");
    require(lines.size() - 1 <= MOST_HEADERS, "there are too many headers");
    HttpHeaders headers = new DefaultHttpHeaders();
    for (String line : lines.subList(1, lines.size())) {
      header(headers, line);
    }
    int hosts = headers.getAll(HttpHeaderNames.HOST).size();
    require(hosts == 1 || (connect && hosts == 0), "there must be one Host header");
    return new Head(words[0], words[1], headers, length(headers), keep(headers));
  }

  private static void header(HttpHeaders headers, String line) throws Unreadable {
    require(line.charAt(0) != ' ' && line.charAt(0) != '\t', "a header is folded");
    int colon = line.indexOf(':');
    require(colon > 0, "a header has no name");
    String name = line.substring(0, colon);
    String value = line.substring(colon + 1).strip();
    require(TOKEN.matcher(name).matches(), "the name of a header is no word");
    require(VALUE.matcher(value).matches(), "a header holds a control character");
    headers.add(name, value);
  }

  private static long length(HttpHeaders headers) throws Unreadable {
    List<String> lengths = headers.getAll(HttpHeaderNames.CONTENT_LENGTH);
    List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
    require(lengths.size() + codings.size() <= 1, "the length of the body is said twice");
    if (!codings.isEmpty()) {
      require(codings.get(0).equalsIgnoreCase("chunked"), "the transfer coding is not chunked");
      return Head.CHUNKED;
    }
    if (lengths.isEmpty()) {
      return 0;
    }
    require(DIGITS.matcher(lengths.get(0)).matches(), "the content length is no number");
    return Long.parseLong(lengths.get(0));
  }

  private static boolean keep(HttpHeaders headers) {
    return !headers.containsValue(HttpHeaderNames.CONNECTION, "close", true)
        && !headers.containsValue("proxy-connection", "close", true);
  }

  private static void require(boolean holds, String otherwise) throws Unreadable {
    if (!holds) {
      throw new Unreadable(otherwise);
    }
  }
}
