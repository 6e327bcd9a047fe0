package io.ash.runner.sandbox;

import io.ash.model.LimitKind;
import io.ash.time.Ticker;
import java.util.List;

/**
 * Reads what a sandbox uses. Thread-safe; blocks.
 *
 * <p>Whoever writes much is looked at often, whoever rests is looked at ever more rarely, and no
 * sandbox takes more than a twentieth of the time with its files.
 */
final class Gauge {
  private static final long MIB = 1024L * 1024;

  /** Bytes that are left in a full file system. */
  private static final long NEARLY = 16L * 1024;

  private static final long OFTEN_MILLIS = 1_000;
  private static final long RARELY_MILLIS = 16_000;
  private static final int SHARE = 20;

  private final Cgroup group;
  private final SandboxPlace place;
  private final LimitsInForce limits;
  private final Ticker ticker;
  private Counters seen;
  private DiskUse last = new DiskUse(0, 0);
  private long lastAt;
  private long pauseMillis = OFTEN_MILLIS;

  Gauge(Cgroup group, SandboxPlace place, LimitsInForce limits, Ticker ticker) {
    this.group = group;
    this.place = place;
    this.limits = limits;
    this.ticker = ticker;
    this.seen = group.counters();
    this.lastAt = ticker.nanos();
  }

  /**
   * What is new since the last look.
   *
   * @param counted since then
   * @param use as last measured
   * @param tooMuch whether that is above the limit and has grown
   * @param full whether the file system of its own has no room left
   */
  record Reading(Counters counted, DiskUse use, boolean tooMuch, boolean full) {}

  /** Bytes that the disk limit leaves, by the last look, where it is held by looking. */
  synchronized long left() {
    return limits.of(LimitKind.DISK) == Enforcement.POLLING
        ? Math.max(0, limits.diskMb() * MIB - last.bytes())
        : Long.MAX_VALUE;
  }

  /** The counters alone, which cost little. */
  synchronized Reading count() {
    Counters now = group.counters();
    Counters fresh = now.since(seen);
    seen = now;
    return new Reading(fresh, last, false, false);
  }

  /** The counters and, when it is time, the disk. */
  synchronized Reading look() {
    Reading counted = count();
    if (limits.of(LimitKind.DISK) == Enforcement.QUOTA) {
      return new Reading(
          counted.counted(), last, false, place.root().toFile().getUsableSpace() < NEARLY);
    }
    if (limits.of(LimitKind.DISK) != Enforcement.POLLING
        || ticker.millisSince(lastAt) < pauseMillis) {
      return counted;
    }
    long start = ticker.nanos();
    long mostFiles = limits.most(LimitKind.FILES);
    DiskUse use = DiskUse.of(List.of(place.workspace(), place.home(), place.tmp()), mostFiles);
    lastAt = ticker.nanos();
    boolean above = use.bytes() > limits.diskMb() * MIB || use.files() > mostFiles;
    boolean grown = use.bytes() > last.bytes() || use.files() > last.files();
    boolean same = use.equals(last);
    long rest = same ? Math.min(RARELY_MILLIS, 2 * pauseMillis) : OFTEN_MILLIS;
    pauseMillis = Math.max(rest, SHARE * ((lastAt - start) / 1_000_000));
    last = use;
    return new Reading(counted.counted(), use, above && grown, false);
  }
}
