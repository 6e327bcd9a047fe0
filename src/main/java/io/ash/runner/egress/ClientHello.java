package io.ash.runner.egress;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Finds the server name in the first message of TLS, which may come in any number of records and
 * pieces. It only looks: the bytes stay where they are.
 */
final class ClientHello {
  /** Bytes in which a hello must be complete. */
  static final int LONGEST = 16 * 1024;

  private static final int HANDSHAKE = 22;
  private static final int CLIENT_HELLO = 1;
  private static final int RECORD_HEAD = 5;
  private static final int LONGEST_RECORD = 16_384 + 256;
  private static final int SERVER_NAME = 0;

  private ClientHello() {}

  /** What can be said about some first bytes. */
  enum Finding {
    /** More must come. */
    UNFINISHED,
    /** It is something else. */
    NO_TLS,
    /** It is a hello; its name is known. */
    HELLO
  }

  /**
   * A finding.
   *
   * @param name the server name as written; null where the hello has none, or is none
   */
  record Look(Finding finding, @Nullable String name) {}

  private static final Look UNFINISHED = new Look(Finding.UNFINISHED, null);
  private static final Look NO_TLS = new Look(Finding.NO_TLS, null);

  /** Whether the first byte can begin TLS. */
  static boolean begins(ByteBuf bytes) {
    return bytes.isReadable() && bytes.getByte(bytes.readerIndex()) == HANDSHAKE;
  }

  static Look look(ByteBuf bytes) {
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    int at = bytes.readerIndex();
    while (true) {
      int there = bytes.writerIndex() - at;
      if (there > 0 && bytes.getByte(at) != HANDSHAKE) {
        return NO_TLS;
      }
      if (there < RECORD_HEAD) {
        return UNFINISHED;
      }
      int length = bytes.getUnsignedShort(at + 3);
      if (bytes.getByte(at + 1) != 3 || length == 0 || length > LONGEST_RECORD) {
        return NO_TLS;
      }
      int piece = Math.min(length, there - RECORD_HEAD);
      byte[] content = new byte[piece];
      bytes.getBytes(at + RECORD_HEAD, content);
      message.writeBytes(content);
      Look found = message(message.toByteArray());
      if (found.finding() != Finding.UNFINISHED || piece < length) {
        return found;
      }
      at += RECORD_HEAD + length;
    }
  }

  private static Look message(byte[] message) {
    if (message.length > 0 && message[0] != CLIENT_HELLO) {
      return NO_TLS;
    }
    if (message.length < 4) {
      return UNFINISHED;
    }
    int length = (message[1] & 0xff) << 16 | (message[2] & 0xff) << 8 | (message[3] & 0xff);
    if (length > LONGEST) {
      return NO_TLS;
    }
    if (message.length < 4 + length) {
      return UNFINISHED;
    }
    try {
      return new Look(Finding.HELLO, name(ByteBuffer.wrap(message, 4, length)));
    } catch (java.nio.BufferUnderflowException | IllegalArgumentException e) {
      return NO_TLS;
    }
  }

  private static @Nullable String name(ByteBuffer hello) {
    skip(hello, 2 + 32);
    skip(hello, hello.get() & 0xff);
    skip(hello, hello.getShort() & 0xffff);
    skip(hello, hello.get() & 0xff);
    if (!hello.hasRemaining()) {
      return null;
    }
    int extensions = hello.getShort() & 0xffff;
    if (extensions != hello.remaining()) {
      throw new IllegalArgumentException("the extensions are longer or shorter than they say");
    }
    String found = null;
    while (hello.hasRemaining()) {
      int kind = hello.getShort() & 0xffff;
      int length = hello.getShort() & 0xffff;
      if (kind == SERVER_NAME) {
        if (found != null) {
          throw new IllegalArgumentException("there are two names");
        }
        found = serverName(hello.slice().limit(length));
      }
      skip(hello, length);
    }
    return found;
  }

  private static String serverName(ByteBuffer list) {
    int length = list.getShort() & 0xffff;
    int kind = list.get();
    int size = list.getShort() & 0xffff;
    if (length != list.remaining() + 3 || kind != 0 || size != list.remaining()) {
      throw new IllegalArgumentException("there is not exactly one name");
    }
    byte[] name = new byte[size];
    list.get(name);
    return new String(name, StandardCharsets.ISO_8859_1);
  }

  private static void skip(ByteBuffer bytes, int count) {
    if (count > bytes.remaining()) {
      throw new IllegalArgumentException("the hello is shorter than it says");
    }
    bytes.position(bytes.position() + count);
  }
}
