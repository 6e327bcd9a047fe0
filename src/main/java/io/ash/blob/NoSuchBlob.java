package io.ash.blob;

import java.io.IOException;

/** A blob that is referred to and not stored. */
public final class NoSuchBlob extends IOException {
  private static final long serialVersionUID = 1L;
  private final String key;

  public NoSuchBlob(String key) {
    super("blob " + key + " is not in the store");
    this.key = key;
  }

  /** The key that was asked for. */
  public String key() {
    return key;
  }
}
