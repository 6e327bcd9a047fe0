package io.ash.runner.workspace;

/**
 * To whom files are given.
 *
 * @param uid user, -1 to leave them to the user of the server
 * @param gid group, -1 likewise
 */
public record Owner(int uid, int gid) {
  /** The user of the server. */
  public static final Owner SERVER = new Owner(-1, -1);
}
