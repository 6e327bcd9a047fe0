package io.ash.runner.workspace;

import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What the last scan read, so that the next one need not read it again. In memory; for one thread
 * at a time.
 */
final class ScanIndex {
  /** A change may get the same time as one that came so much earlier: clocks of kernels tick. */
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Map<String, File> files = new HashMap<>();
  private final Map<String, Link> links = new HashMap<>();

  /** A file that was read while nobody changed it. */
  record File(Facts facts, FileTime ctime, List<String> chunks) {
    long size() {
      return facts.size();
    }
  }

  private record Link(Object key, FileTime mtime, String target) {}

  /** What was read of the file if it is still the same. */
  @Nullable File file(String path, Facts facts, Inode inode) {
    File known = files.get(path);
    return known != null && known.facts().equals(facts) && known.ctime().equals(inode.ctime())
        ? known
        : null;
  }

  /** The target of the link if it is still the same; a link cannot be changed, only replaced. */
  @Nullable String target(String path, Facts facts) {
    Link known = links.get(path);
    return known != null && known.key().equals(facts.key()) && known.mtime().equals(facts.mtime())
        ? known.target()
        : null;
  }

  /** Keeps what is sure: a file that changed just before the scan began may change unseen. */
  void file(String path, Facts facts, Inode inode, FileTime begun, List<String> chunks) {
    long changed = inode.ctime().to(TimeUnit.NANOSECONDS);
    // Whole seconds are what a file system keeps that knows no others.
    long tick = changed % SECOND_NANOS == 0 ? 2 * SECOND_NANOS : TICK_NANOS;
    if (begun.to(TimeUnit.NANOSECONDS) - changed >= tick) {
      files.put(path, new File(facts, inode.ctime(), List.copyOf(chunks)));
    }
  }

  void file(String path, File known) {
    files.put(path, known);
  }

  void link(String path, Facts facts, String target) {
    links.put(path, new Link(facts.key(), facts.mtime(), target));
  }

  /** Has the file read again next time. */
  void forget(String path) {
    files.remove(path);
  }
}
