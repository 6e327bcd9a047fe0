package io.ash.app;

import io.ash.time.Ticker;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From the start of a server to its end by SIGTERM or SIGINT.
 *
 * <p>The end runs in a shutdown hook, which waits for each part to close, at most as long as the
 * settings say, and ends the process with a code of {@link ExitCode}.
 */
final class Lifetime {
  private static final Logger LOG = LoggerFactory.getLogger(Lifetime.class);

  private final Closing closing;
  private volatile Duration stopWithin = Duration.ofSeconds(25);
  private volatile Runnable refuse = () -> {};

  private Lifetime(Closing closing) {
    this.closing = closing;
  }

  /** Runs a server until it is stopped; a start that fails closes what it opened. */
  static int run(boolean noMigrations) throws InterruptedException {
    Start.refuseOtherSystems();
    Ground ground = Ground.lay();
    Closing closing = new Closing(Ticker.system());
    closing.add("event loops", ground.vertx()::close);
    Lifetime lifetime = new Lifetime(closing);
    Thread bySignal = new Thread(lifetime::stop, "ash-stop");
    Runtime.getRuntime().addShutdownHook(bySignal);
    try {
      new Server(ground, closing, lifetime, noMigrations).start();
    } catch (RuntimeException e) {
      closing.close(lifetime.stopWithin);
      if (forgotten(bySignal)) {
        throw e;
      }
    }
    new CountDownLatch(1).await(); // the hook ends the process
    return ExitCode.DONE.code();
  }

  /** How long an orderly end may take. */
  void stopWithin(Duration limit) {
    stopWithin = limit;
  }

  /** What turns new work away, the first step of an end. */
  void refuse(Runnable step) {
    refuse = step;
  }

  private void stop() {
    LOG.info("stopping");
    refuse.run();
    boolean orderly = closing.close(stopWithin);
    LOG.atInfo().addKeyValue("orderly", orderly).log("stopped");
    Logging.flush();
    Runtime.getRuntime().halt(orderly ? ExitCode.DONE.code() : ExitCode.FAILED.code());
  }

  /** Whether the hook will not run; otherwise a signal came meanwhile and it runs already. */
  private static boolean forgotten(Thread hook) {
    try {
      return Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      LOG.info("stopped while starting");
      return false;
    }
  }
}
