package io.ash.coordinator.session;

import io.ash.model.SessionId;
import io.ash.wire.BundleChunk;
import io.ash.wire.FileChunk;
import io.ash.wire.FileEntry;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.List;

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

  /** Unpacks a gzipped tar over the workspace; answers where. */
  Future<Source> writeBundle(String tenant, SessionId session, Buffer bytes);
}
