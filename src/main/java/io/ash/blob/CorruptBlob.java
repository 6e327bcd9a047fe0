package io.ash.blob;

import java.io.IOException;

/** A blob whose bytes are not the content that its key names. */
public final class CorruptBlob extends IOException {
  private static final long serialVersionUID = 1L;
  private final String key;

  public CorruptBlob(String key, String why) {
    super("blob " + key + " is damaged: " + why);
    this.key = key;
  }

  /** The key that was asked for. */
  public String key() {
    return key;
  }
}
