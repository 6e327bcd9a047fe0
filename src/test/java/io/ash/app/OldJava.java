package io.ash.app;

/** Starts the launcher of the jar as if this JVM were an old one. */
public final class OldJava {
  private OldJava() {}

  public static void main(String[] args) throws Exception {
    System.setProperty("java.specification.version", args[0]);
    Launcher.main(new String[0]);
  }
}
