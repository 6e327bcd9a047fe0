package io.ash.coordinator.session;

import io.ash.model.SessionId;
import io.ash.wire.BundleChunk;
import io.ash.wire.FileChunk;
import io.ash.wire.FileEntry;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The files of sessions, wherever they are: in a live sandbox or in the newest snapshot.
 *
 * <p>Every question names the tenant; a session of another one fails with SESSION_NOT_FOUND, a
 * session without files with NOT_FOUND, a path with FILE_NOT_FOUND or FILE_REFUSED.
 */
public interface Workspaces {
  /** Longest part of a file that is read at once, in bytes. */
  int CHUNK = 1024 * 1024;

  /** Where files are. */
  enum Source {
    SANDBOX,
    SNAPSHOT;

    /** The lower-case name clients see. */
    public String text() {
      return this == SANDBOX ? "sandbox" : "snapshot";
    }
  }

  /** Regular files, by path. */
  record Listing(List<FileEntry> files, Source source) {}

  /** Part of a file. */
  record Part(FileChunk chunk, Source source) {}

  /** All regular files. */
  Future<Listing> list(String tenant, SessionId session);

  /** Up to {@code length} bytes of a file, at most {@link #CHUNK}. */
  Future<Part> read(String tenant, SessionId session, String path, long offset, int length);

  /** Replaces or creates one file; answers where. */
  Future<Source> write(String tenant, SessionId session, String path, Buffer bytes);

  /** Removes one file. */
  Future<Void> delete(String tenant, SessionId session, String path);

  /** Packs the workspace and answers the first part; later parts by the handle it names. */
  Future<BundleChunk> readBundle(String tenant, SessionId session, String handle);

  /**
   * Unpacks a tar, gzipped or not, over the workspace as it comes; answers where. What is refused
   * or breaks off changes nothing.
   */
  Future<Source> writeBundle(String tenant, SessionId session, Parts bundle);

  /** Bytes that come part by part, as they are asked for. */
  interface Parts {
    /** Longest part, in bytes. */
    int PART = 256 * 1024;

    /** The next part, at most {@link #PART} bytes; an empty one when no more come. */
    Future<Buffer> next();

    /** Parts of what is there already. */
    static Parts of(Buffer whole) {
      AtomicInteger at = new AtomicInteger();
      return () -> {
        int from = at.get();
        int to = Math.min(whole.length(), from + PART);
        at.set(to);
        return Future.succeededFuture(whole.getBuffer(from, to));
      };
    }
  }
}
