package io.ash.coordinator.fleet;

import io.ash.wire.WarmWish;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Which runner keeps how many sandboxes ready: all wishes, spread over those that beat.
 * Thread-safe.
 */
final class WarmShares {
  private final TreeSet<String> beating = new TreeSet<>();
  private List<WarmWish> wishes = List.of();

  synchronized void wish(List<WarmWish> newest) {
    wishes = List.copyOf(newest);
  }

  /** The share of a runner that beats. */
  synchronized List<WarmWish> of(String runner) {
    beating.add(runner);
    int place = beating.headSet(runner).size();
    List<WarmWish> share = new ArrayList<>();
    for (WarmWish w : wishes) {
      int count = w.count() / beating.size() + (place < w.count() % beating.size() ? 1 : 0);
      if (count > 0) {
        share.add(new WarmWish(w.spec(), count));
      }
    }
    return share;
  }

  synchronized void left(String runner) {
    beating.remove(runner);
  }
}
