package io.ash.house.planted.attic;

/** A class in a room nobody below may import. */
public final class Attic {
  /** Where the planted leak leads. */
  public String view() {
    return "far";
  }
}
