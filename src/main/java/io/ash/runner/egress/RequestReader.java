package io.ash.runner.egress;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads one request after another from a program inside: a {@link Head}, pieces of the body, the
 * end of the body; or a {@link HeadParser.Unreadable}, after which nothing more is read.
 *
 * <p>After the end of a body it waits until {@link #next}. Removed from the pipeline it hands on
 * the bytes that it has not read.
 */
final class RequestReader extends ByteToMessageDecoder {
  private static final int LONGEST_CHUNK_LINE = 1024;
  private static final int LONGEST_TRAILER = 8 * 1024;

  private enum State {
    HEAD,
    BODY,
    CHUNK_LINE,
    CHUNK,
    CHUNK_END,
    TRAILER,
    WAITING,
    DEAD
  }

  private State state = State.HEAD;
  private long left;

  /** Whether a request has begun to come in and is not complete. */
  boolean midway() {
    return state == State.HEAD ? internalBuffer().isReadable() : state != State.WAITING;
  }

  /** Reads the next request, which may be here already. */
  void next(ChannelHandlerContext any) throws Exception {
    state = State.HEAD;
    ChannelHandlerContext own = any.pipeline().context(this);
    if (own != null) {
      channelRead(own, Unpooled.EMPTY_BUFFER);
    }
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    try {
      step(in, out);
    } catch (HeadParser.Unreadable e) {
      state = State.DEAD;
      out.add(e);
    }
  }

  private void step(ByteBuf in, List<Object> out) throws HeadParser.Unreadable {
    switch (state) {
      case HEAD -> head(in, out);
      case BODY, CHUNK -> piece(in, out);
      case CHUNK_LINE -> chunkLine(in);
      case CHUNK_END -> chunkEnd(in);
      case TRAILER -> trailer(in, out);
      case WAITING -> {
        // what comes early stays where it is
      }
      case DEAD -> in.skipBytes(in.readableBytes());
    }
  }

  private void head(ByteBuf in, List<Object> out) throws HeadParser.Unreadable {
    List<String> lines = lines(in, HeadParser.LONGEST);
    if (lines == null) {
      return;
    }
    if (lines.isEmpty()) {
      throw new HeadParser.Unreadable("there is an empty line before the request");
    }
    Head head = HeadParser.parse(lines);
    left = head.length();
    state =
        head.length() == Head.CHUNKED
            ? State.CHUNK_LINE
            : head.hasBody() ? State.BODY : State.WAITING;
    out.add(head);
    if (state == State.WAITING) {
      out.add(LastHttpContent.EMPTY_LAST_CONTENT);
    }
  }

  private void piece(ByteBuf in, List<Object> out) {
    int size = (int) Math.min(in.readableBytes(), left);
    if (size == 0) {
      return;
    }
    out.add(new DefaultHttpContent(in.readRetainedSlice(size)));
    left -= size;
    if (left == 0) {
      if (state == State.CHUNK) {
        state = State.CHUNK_END;
      } else {
        state = State.WAITING;
        out.add(LastHttpContent.EMPTY_LAST_CONTENT);
      }
    }
  }

  private void chunkLine(ByteBuf in) throws HeadParser.Unreadable {
    String line = line(in, LONGEST_CHUNK_LINE);
    if (line == null) {
      return;
    }
    int extension = line.indexOf(';');
    String size = extension < 0 ? line : line.substring(0, extension);
    if (!size.matches("[0-9a-fA-F]{1,15}")) {
      throw new HeadParser.Unreadable("the size of a chunk is no number");
    }
    left = Long.parseLong(size, 16);
    state = left == 0 ? State.TRAILER : State.CHUNK;
  }

  private void chunkEnd(ByteBuf in) throws HeadParser.Unreadable {
    if (in.readableBytes() >= 2) {
      if (in.readByte() != '\r' || in.readByte() != '\n') {
        throw new HeadParser.Unreadable("a chunk is longer than it says");
      }
      state = State.CHUNK_LINE;
    }
  }

  /** Trailers are read and dropped: nothing that was checked may be changed by them. */
  private void trailer(ByteBuf in, List<Object> out) throws HeadParser.Unreadable {
    if (in.readableBytes() >= 2 && in.getByte(in.readerIndex()) == '\r') {
      line(in, 2);
    } else if (lines(in, LONGEST_TRAILER) == null) {
      return;
    }
    state = State.WAITING;
    out.add(LastHttpContent.EMPTY_LAST_CONTENT);
  }

  /** Lines up to an empty one, which is read too; null while they are not complete. */
  private static @org.jspecify.annotations.Nullable List<String> lines(ByteBuf in, int longest)
      throws HeadParser.Unreadable {
    int start = in.readerIndex();
    List<String> lines = new ArrayList<>();
    for (String line = line(in, longest); line != null; line = line(in, longest)) {
      if (line.isEmpty()) {
        return lines;
      }
      lines.add(line);
      longest -= line.length() + 2;
    }
    in.readerIndex(start);
    return null;
  }

  /** One line without its end, or null while it is not complete. */
  private static @org.jspecify.annotations.Nullable String line(ByteBuf in, int longest)
      throws HeadParser.Unreadable {
    int end = in.indexOf(in.readerIndex(), in.writerIndex(), (byte) '\n');
    int size = (end < 0 ? in.writerIndex() : end) - in.readerIndex();
    if (size > longest) {
      throw new HeadParser.Unreadable("the head is too long");
    }
    if (end < 0) {
      return null;
    }
    if (size == 0 || in.getByte(end - 1) != '\r') {
      throw new HeadParser.Unreadable("a line does not end with CR LF");
    }
    String line = in.toString(in.readerIndex(), size - 1, StandardCharsets.ISO_8859_1);
    in.readerIndex(end + 1);
    return line;
  }
}
