package io.ash.app;

/** Starts what the command line asks for and ends with its exit code. */
public final class Main {
  /** From this Java on vfork prints a warning at every start. */
  private static final int VFORK_WARNED_OF = 25;

  private Main() {}

  /** Never returns: the process ends with the code of {@link ExitCode}. */
  public static void main(String[] args) {
    prepare();
    System.exit(AshCommand.run(args));
  }

  /** Choices that libraries read once, when their first class is loaded. */
  private static void prepare() {
    if (Runtime.version().feature() < VFORK_WARNED_OF) {
      // a child starts about a millisecond sooner than by default, and each session starts one
      def("jdk.lang.Process.launchMechanism", "VFORK");
    }
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
