package io.ash.coordinator.auth;

import io.ash.config.Secret;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;

/** The key a standalone server makes for itself where {@code ASH_CREDENTIAL_KEY} is not set. */
public final class CredentialKey {
  /** Name of the file in the data directory. */
  public static final String FILE = "credential-key";

  private CredentialKey() {}

  /**
   * The key in {@code <data>/credential-key}, made at the first call (mode 0600). Blocks. Without
   * that file what was sealed under it cannot be opened again: it belongs into every backup.
   */
  public static Secret in(Path dataDir) throws IOException {
    PrivateFile file = new PrivateFile(dataDir.resolve(FILE));
    Optional<String> there = file.read();
    if (there.isPresent()) {
      return new Secret(there.get());
    }
    byte[] bytes = new byte[32];
    new SecureRandom().nextBytes(bytes);
    String made = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    file.write(made);
    return new Secret(made);
  }
}
