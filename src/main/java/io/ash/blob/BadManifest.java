package io.ash.blob;

import java.io.IOException;

/** Bytes that are not a manifest this version accepts; the message names the entry. */
public final class BadManifest extends IOException {
  private static final long serialVersionUID = 1L;

  public BadManifest(String why) {
    super("bad manifest: " + why);
  }

  public BadManifest(String why, Throwable cause) {
    super("bad manifest: " + why, cause);
  }
}
