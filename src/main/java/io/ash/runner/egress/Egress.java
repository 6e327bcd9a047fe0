package io.ash.runner.egress;

import io.ash.model.Notice;
import io.ash.telemetry.Metrics;
import io.ash.time.Ticker;
import io.ash.time.Timers;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;

/**
 * The ways out of all sandboxes of a runner, on event loops of their own: what a sandbox sends
 * cannot hold up anything else. Thread-safe.
 */
public final class Egress {
  private static final int MOST_LOOPS = 4;

  private final EventLoopGroup loops;
  private final SystemNames names;
  private final Tools tools;

  private Egress(EventLoopGroup loops, SystemNames names, Tools tools) {
    this.loops = loops;
    this.names = names;
    this.tools = tools;
  }

  /** What every outlet works with. */
  record Tools(
      Dialler dialler, SslContext ssl, Timers timers, Ticker ticker, EgressMeters meters) {}

  /**
   * Opens nothing yet.
   *
   * @param open private places that the operator opens
   */
  public static Egress create(PrivatePlaces open, Timers timers, Ticker ticker, Metrics metrics) {
    SystemNames names = new SystemNames();
    return create(names, names, open, trusted(), timers, ticker, metrics);
  }

  static Egress create(
      SystemNames own,
      Names names,
      PrivatePlaces open,
      SslContext ssl,
      Timers timers,
      Ticker ticker,
      Metrics metrics) {
    Epoll.ensureAvailability();
    int threads = Math.min(MOST_LOOPS, Runtime.getRuntime().availableProcessors());
    EventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(
            threads, new DefaultThreadFactory("ash-egress", true), EpollIoHandler.newFactory());
    Dialler dialler = new Dialler(names, open, timers);
    return new Egress(
        loops, own, new Tools(dialler, ssl, timers, ticker, new EgressMeters(metrics.registry())));
  }

  private static SslContext trusted() {
    try {
      return SslContextBuilder.forClient().build();
    } catch (SSLException e) {
      throw new IllegalStateException("this JVM has no TLS", e);
    }
  }

  /**
   * Opens the way out of one sandbox.
   *
   * @param listener descriptor of a listening socket, not blocking; from now on the outlet's
   * @param port on which it listens
   * @param ear told what was refused, on any thread
   */
  public Future<Outlet> open(int listener, int port, Terms terms, Consumer<Notice> ear) {
    Requests requests = new Requests(terms.routes(), port);
    return new Outlet(loops.next(), tools, requests, terms.rules(), ear).listen(listener);
  }

  /** Ends all of it. */
  public Future<Void> close() {
    names.close();
    Promise<Void> done = Promise.promise();
    loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).addListener(ended -> done.complete());
    return done.future();
  }
}
