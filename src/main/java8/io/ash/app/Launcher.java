package io.ash.app;

import java.lang.reflect.InvocationTargetException;

/**
 * Entry point of the jar, compiled for Java 8: an old Java gets a sentence instead of a class file
 * version error, and everything else goes to {@code Main}.
 */
public final class Launcher {
  private static final int NEEDED = 17;

  private Launcher() {}

  /** Starts ash, or says which Java it needs and exits with the code for an unfit machine. */
  public static void main(String[] args) throws Exception {
    String version = System.getProperty("java.specification.version", "0");
    int major =
        Integer.parseInt(
            (version.startsWith("1.") ? version.substring(2) : version).split("\\.")[0]);
    if (major < NEEDED) {
      System.err.println(
          "ash needs Java "
              + NEEDED
              + " or newer; this is Java "
              + version
              + " at "
              + System.getProperty("java.home")
              + ". Install one (Debian: apt-get install openjdk-17-jre-headless) and start ash with"
              + " it.");
      System.exit(4);
    }
    try {
      Class.forName("io.ash.app.Main")
          .getMethod("main", String[].class)
          .invoke(null, (Object) args);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof Error) {
        throw (Error) e.getCause();
      }
      throw (Exception) e.getCause();
    }
  }
}
