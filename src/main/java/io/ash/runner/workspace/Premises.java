package io.ash.runner.workspace;

import java.nio.file.Path;
import java.util.function.LongSupplier;

/**
 * Where the files of a session lie on the host. The three directories are on one file system.
 *
 * @param workspace what agent and user see; exists
 * @param home what the agent's programs keep for themselves; exists
 * @param desk where files are made before they are moved into place; no sandbox can reach it, it is
 *     made when it is missing
 * @param owner who gets the files that are made
 * @param left bytes that the files may still grow by, where no file system of their own holds the
 *     limit; blocks
 */
public record Premises(Path workspace, Path home, Path desk, Owner owner, LongSupplier left) {
  /** The top of one of the two trees. */
  public Path top(Place place) {
    return place == Place.WORKSPACE ? workspace : home;
  }
}
