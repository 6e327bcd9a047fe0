package io.ash.runner.workspace;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** Writes archives that well-behaved tools would not, and reads them as such tools do. */
final class Archive {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final TarArchiveOutputStream tar;

  Archive() throws IOException {
    tar = new TarArchiveOutputStream(new GZIPOutputStream(out), "UTF-8");
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setAddPaxHeadersForNonAsciiNames(true);
  }

  Archive gnu() {
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
    return this;
  }

  Archive file(String name, int mode, String content) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, true);
    entry.setMode(mode);
    entry.setModTime(1_500_000_000_000L);
    entry.setSize(content.getBytes(UTF_8).length);
    tar.putArchiveEntry(entry);
    tar.write(content.getBytes(UTF_8));
    tar.closeArchiveEntry();
    return this;
  }

  Archive entry(String name, byte type, String target) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
    entry.setLinkName(target);
    tar.putArchiveEntry(entry);
    tar.closeArchiveEntry();
    return this;
  }

  Archive directory(String name) throws IOException {
    return entry(name + "/", TarConstants.LF_DIR, "");
  }

  /** A file of zeros. */
  Archive zeros(String name, long size) throws IOException {
    return zeros(name, TarConstants.LF_NORMAL, size);
  }

  /** An entry of any kind with zeros as its content. */
  Archive zeros(String name, byte type, long size) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
    entry.setSize(size);
    tar.putArchiveEntry(entry);
    byte[] part = new byte[1 << 20];
    for (long left = size; left > 0; left -= part.length) {
      tar.write(part, 0, (int) Math.min(part.length, left));
    }
    tar.closeArchiveEntry();
    return this;
  }

  Buffer bytes() throws IOException {
    tar.close();
    return Buffer.buffer(out.toByteArray());
  }

  /** Names with content, or where links lead. */
  static Map<String, String> read(byte[] bytes) throws IOException {
    Map<String, String> all = new LinkedHashMap<>();
    try (TarArchiveInputStream in =
        new TarArchiveInputStream(new GZIPInputStream(new ByteArrayInputStream(bytes)), "UTF-8")) {
      for (TarArchiveEntry e = in.getNextEntry(); e != null; e = in.getNextEntry()) {
        all.put(
            e.getName(),
            e.isSymbolicLink() ? "-> " + e.getLinkName() : new String(in.readAllBytes(), UTF_8));
      }
    }
    return all;
  }
}
