package io.ash.runner.workspace;

import java.nio.file.attribute.FileTime;

/**
 * What handles of directories do not tell about a file.
 *
 * @param ctime when it was last changed in any way
 * @param links how many names it has
 * @param uid who owns it
 */
record Inode(FileTime ctime, int links, int uid) {
  /** Whether somebody else's file was given a name here. */
  boolean isForeign(int ownUid) {
    return links > 1 && uid != ownUid;
  }
}
