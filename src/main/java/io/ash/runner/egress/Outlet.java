package io.ash.runner.egress;

import io.ash.model.Notice;
import io.ash.time.Timers;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The way out of one sandbox. What is open of it is confined to one event loop; its own methods may
 * be called from anywhere.
 */
public final class Outlet {
  /** Connections of one sandbox at a time. */
  static final int MOST_CONNECTIONS = 256;

  private final EventLoop loop;
  private final Dialler dialler;
  private final SslContext ssl;
  private final Timers timers;
  private final EgressMeters meters;
  private Requests requests;
  private final Telling telling;
  private final Set<Front> open = new LinkedHashSet<>();
  private Rules rules;
  private @Nullable Channel listener;
  private boolean closed;

  Outlet(EventLoop loop, Egress.Tools tools, Requests requests, Rules rules, Consumer<Notice> ear) {
    this.loop = loop;
    this.dialler = tools.dialler();
    this.ssl = tools.ssl();
    this.timers = tools.timers();
    this.meters = tools.meters();
    this.requests = requests;
    this.rules = rules;
    this.telling = new Telling(tools.ticker(), ear);
  }

  /** Takes over a listening socket; it is closed with this. */
  Future<Outlet> listen(int descriptor) {
    Promise<Outlet> listening = Promise.promise();
    new ServerBootstrap()
        .group(loop)
        .channelFactory(() -> new EpollServerSocketChannel(descriptor))
        .childOption(ChannelOption.AUTO_READ, false)
        .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childOption(
            ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(32 << 10, 128 << 10))
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                accepted(channel);
              }
            })
        .register()
        .addListener(
            (io.netty.channel.ChannelFuture done) -> {
              if (done.isSuccess()) {
                listener = done.channel();
                listening.complete(this);
              } else {
                listening.fail(done.cause());
              }
            });
    return listening.future();
  }

  /** Changes the rules; what is open and no longer allowed is cut before this completes. */
  public Future<Void> change(Terms terms) {
    return onLoop(
        () -> {
          rules = terms.rules();
          requests = new Requests(terms.routes(), requests.port());
          List.copyOf(open).stream().filter(front -> !front.allowedBy(rules)).forEach(Flow::cut);
        });
  }

  /** Cuts everything; nothing gets out any more. */
  public Future<Void> close() {
    return onLoop(
        () -> {
          closed = true;
          rules = Rules.NOTHING;
          if (listener != null) {
            listener.close();
          }
          List.copyOf(open).forEach(Flow::cut);
        });
  }

  private Future<Void> onLoop(Runnable work) {
    Promise<Void> done = Promise.promise();
    loop.execute(
        () -> {
          work.run();
          done.complete();
        });
    return done.future();
  }

  private void accepted(Channel channel) {
    Front front = new Front(this, channel);
    meters.opened();
    if (closed || open.size() >= MOST_CONNECTIONS) {
      front.turnAway(
          new Denial(
              Reason.TOO_MANY,
              "",
              "this sandbox has " + MOST_CONNECTIONS + " connections open already",
              "Close some of them first"));
      return;
    }
    open.add(front);
    front.start();
  }

  void closed(Front front) {
    meters.closed();
    open.remove(front);
  }

  Timers timers() {
    return timers;
  }

  SslContext ssl() {
    return ssl;
  }

  Destination tunnel(Head head) throws Denied {
    return requests.tunnel(rules, head);
  }

  Order order(Head head) throws Denied {
    return requests.order(rules, head);
  }

  /** Whether a connection outside may be kept under other rules. */
  boolean carries(Rules others, Destination to) {
    return others.stillReaches(to)
        || (others.routes()
            && requests.routes().values().stream().anyMatch(r -> r.to().equals(to)));
  }

  /** Dials a place that was judged; who gets the connection asks again. */
  void dial(Destination to, boolean trusted, Dialler.Caller caller) {
    dialler.dial(loop, to, trusted, caller);
  }

  void tunnelled() {
    meters.passed("tunnel");
  }

  void requested() {
    meters.passed("request");
  }

  void told(Denial denial) {
    meters.refused(denial.reason());
    if (denial.refused()) {
      telling.tell(denial);
    }
  }
}
