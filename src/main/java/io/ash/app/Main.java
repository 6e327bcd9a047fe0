package io.ash.app;

/** Starts what the command line asks for and ends with its exit code. */
public final class Main {
  private Main() {}

  /** Never returns: the process ends with the code of {@link ExitCode}. */
  public static void main(String[] args) {
    prepare();
    System.exit(AshCommand.run(args));
  }

  /** Choices that libraries read once, when their first class is loaded. */
  private static void prepare() {
    // vfork starts a child about a millisecond sooner than the default, and each session starts one
    def("jdk.lang.Process.launchMechanism", "VFORK");
    def(
        "vertx.logger-delegate-factory-class-name",
        "io.vertx.core.logging.SLF4JLogDelegateFactory");
  }

  private static void def(String name, String value) {
    if (System.getProperty(name) == null) {
      System.setProperty(name, value);
    }
  }
}
