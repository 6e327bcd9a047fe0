package io.ash.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;

/**
 * A key and a certificate that vouches for itself.
 *
 * @param store both, PKCS12, under {@link #PASSWORD}
 * @param root the certificate, PEM
 * @param key the key, PEM
 */
public record TestCertificate(Path store, Path root, Path key) {
  /** Opens the store. */
  public static final String PASSWORD = "changeit";

  private static final String ALIAS = "own";

  /**
   * Makes one with {@code keytool}.
   *
   * @param file first part of the names of its files
   * @param name of the server it is for
   */
  public static TestCertificate make(Path directory, String file, String name)
      throws IOException, GeneralSecurityException, InterruptedException {
    TestCertificate made =
        new TestCertificate(
            directory.resolve(file + ".p12"),
            directory.resolve(file + ".pem"),
            directory.resolve(file + ".key"));
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                ALIAS,
                "-keyalg",
                "RSA",
                "-keysize",
                "2048",
                "-dname",
                "CN=" + name,
                "-ext",
                "san=dns:" + name,
                "-ext",
                "bc=ca:true",
                "-validity",
                "30",
                "-storetype",
                "PKCS12",
                "-keystore",
                made.store().toString(),
                "-storepass",
                PASSWORD)
            .redirectErrorStream(true)
            .start();
    String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (keytool.waitFor() != 0) {
      throw new IOException("keytool: " + said);
    }
    KeyStore keys = made.open();
    byte[] secret = keys.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded();
    Files.writeString(made.root(), pem("CERTIFICATE", keys.getCertificate(ALIAS).getEncoded()));
    Files.writeString(made.key(), pem("PRIVATE KEY", secret));
    return made;
  }

  /** What is in the store. */
  public KeyStore open() throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    return keys;
  }

  private static String pem(String kind, byte[] bytes) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    return "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n";
  }
}
