package io.ash.runner.sandbox;

import io.ash.model.LimitKind;
import io.ash.model.Notice;
import io.ash.time.Ticker;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Tells the user which limit a sandbox reached, the same not too often. Confined to the loop. */
final class LimitNotices {
  private static final long SAME_AGAIN_MILLIS = 30_000;

  private final LimitsInForce limits;
  private final Ticker ticker;
  private final Map<String, Long> said = new HashMap<>();
  private Consumer<Notice> ear = notice -> {};

  LimitNotices(LimitsInForce limits, Ticker ticker) {
    this.limits = limits;
    this.ticker = ticker;
  }

  void listen(Consumer<Notice> listener) {
    ear = listener;
  }

  void outOfMemory() {
    say(
        "out_of_memory",
        LimitKind.MEMORY,
        "the kernel ended a process of this session: together they used more than the "
            + limits.memoryMb()
            + " MiB of memory they may");
  }

  void processLimit() {
    say(
        "process_limit",
        LimitKind.PROCESSES,
        "a process of this session could not start another: there may be "
            + limits.processes()
            + " processes and threads");
  }

  void disk(DiskUse use) {
    boolean bytes = use.bytes() > limits.diskMb() * 1024L * 1024;
    LimitKind kind = bytes ? LimitKind.DISK : LimitKind.FILES;
    say(
        bytes ? "disk_limit" : "file_limit",
        kind,
        "the processes of this session were ended: workspace, home and /tmp hold more than the "
            + limits.most(kind)
            + (bytes ? " MiB" : " files")
            + " they may; remove some before more is written");
  }

  void full() {
    say(
        "disk_full",
        LimitKind.DISK,
        "workspace, home and /tmp of this session are full: they hold the "
            + limits.diskMb()
            + " MiB they may");
  }

  void fileSize() {
    say(
        "file_too_large",
        LimitKind.DISK,
        "a process of this session was ended: it made a file larger than the disk limit of "
            + limits.diskMb()
            + " MiB");
  }

  void slowed() {
    say(
        "output_slowed",
        LimitKind.OUTPUT,
        "a process of this session writes more than "
            + limits.most(LimitKind.OUTPUT)
            + " KiB a second to its outputs and has to wait");
  }

  private void say(String code, LimitKind kind, String message) {
    Long before = said.get(code);
    if (before != null && ticker.millisSince(before) < SAME_AGAIN_MILLIS) {
      return;
    }
    said.put(code, ticker.nanos());
    ear.accept(
        new Notice(
            code,
            message,
            "raise limits." + kind.key() + " in ash.yaml or when the session is created",
            Map.of("limit", kind.key(), "most", limits.most(kind))));
  }
}
