package io.ash.archive;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Writes a bundle that is taken away part by part; paths begin with {@code ./}. Blocks while it
 * packs; for one thread at a time.
 */
public final class BundleWriter {
  /** Bytes in a part, except the last one. */
  public static final int PART = 1 << 20;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final TarArchiveOutputStream tar;
  private boolean complete;

  public BundleWriter() {
    try {
      tar =
          new TarArchiveOutputStream(
              new GZIPOutputStream(out, 8192), StandardCharsets.UTF_8.name());
    } catch (IOException e) {
      throw new IllegalStateException("memory cannot be written to", e);
    }
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    tar.setAddPaxHeadersForNonAsciiNames(true);
  }

  /** A directory. */
  public void directory(String path, int mode, FileTime mtime) throws IOException {
    put(entry(path + "/", mode, mtime));
  }

  /** A symbolic link. */
  public void link(String path, String target, FileTime mtime) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry("./" + path, TarConstants.LF_SYMLINK);
    entry.setLinkName(target);
    entry.setModTime(mtime);
    put(entry);
  }

  /** Begins a file; exactly {@code size} bytes of content follow, then {@link #endFile}. */
  public void beginFile(String path, int mode, FileTime mtime, long size) throws IOException {
    TarArchiveEntry entry = entry(path, mode, mtime);
    entry.setSize(size);
    tar.putArchiveEntry(entry);
  }

  /** Content of the file that was begun. */
  public void content(byte[] bytes) throws IOException {
    tar.write(bytes);
  }

  /** Ends the file that was begun. */
  public void endFile() throws IOException {
    tar.closeArchiveEntry();
  }

  /** Ends the archive. */
  public void end() throws IOException {
    tar.close();
    complete = true;
  }

  /** Whether a whole part waits to be taken, or the last one does. */
  public boolean isFull() {
    return complete || out.size() >= PART;
  }

  /** Takes a part away: what is there, at most {@link #PART} bytes. */
  public byte[] take() {
    byte[] all = out.toByteArray();
    out.reset();
    int length = Math.min(PART, all.length);
    out.write(all, length, all.length - length);
    return Arrays.copyOf(all, length);
  }

  /** Whether the archive is complete and all of it was taken. */
  public boolean isOver() {
    return complete && out.size() == 0;
  }

  private static TarArchiveEntry entry(String path, int mode, FileTime mtime) {
    TarArchiveEntry entry = new TarArchiveEntry("./" + path);
    entry.setMode(mode);
    entry.setModTime(mtime);
    return entry;
  }

  private void put(TarArchiveEntry entry) throws IOException {
    tar.putArchiveEntry(entry);
    tar.closeArchiveEntry();
  }
}
