package io.ash.archive;

import java.io.IOException;

/** Bytes that are not a tar archive. */
final class BadArchive extends IOException {
  private static final long serialVersionUID = 1L;

  BadArchive(String why) {
    super(why);
  }
}
