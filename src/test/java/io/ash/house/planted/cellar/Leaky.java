package io.ash.house.planted.cellar;

import io.ash.house.planted.attic.Attic;
import java.util.ArrayList;
import java.util.List;

/** Breaks every rule of the house on purpose, so that a rule that stopped looking is noticed. */
public final class Leaky {
  static final ArrayList<String> SHARED = new ArrayList<>();

  /** Reaches through a wall, reads a clock and the environment, and waits. */
  public List<String> leak() throws InterruptedException {
    Thread.sleep(0);
    SHARED.add(new Attic().view() + System.nanoTime() + System.getenv("HOME"));
    return SHARED;
  }
}
