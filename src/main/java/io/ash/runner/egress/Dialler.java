package io.ash.runner.egress;

import io.ash.time.Timers;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Connects to places outside: finds the addresses of a name once, checks each of them, and dials
 * what was checked. Thread-safe.
 */
final class Dialler {
  private static final Duration NAMING = Duration.ofSeconds(10);
  private static final int CONNECTING_MS = 5_000;
  private static final int MOST_TRIES = 4;

  private final Names names;
  private final PrivatePlaces open;
  private final Timers timers;

  Dialler(Names names, PrivatePlaces open, Timers timers) {
    this.names = names;
    this.open = open;
    this.timers = timers;
  }

  /** Who waits for a connection; told once, on the loop. */
  interface Caller {
    /** A connection that reads nothing yet. */
    void connected(Channel channel);

    /** There is none. */
    void refused(Denial why);
  }

  /** Dials; {@code trusted} places may have any address. */
  void dial(EventLoop loop, Destination to, boolean trusted, Caller caller) {
    CompletableFuture<List<InetAddress>> found =
        to.host().literal()
            ? CompletableFuture.completedFuture(List.of(Range.literal(to.host())))
            : names.find(to.host().text());
    Timers.Handle late =
        timers.once(NAMING, () -> found.completeExceptionally(new IllegalStateException("late")));
    found
        .thenApply(all -> new Found(all, trusted ? Optional.empty() : forbidden(to, all)))
        .whenComplete(
            (checked, failure) -> {
              late.cancel();
              loop.execute(
                  () -> {
                    if (failure != null || checked.addresses().isEmpty()) {
                      caller.refused(Denial.unreachable(to, "has no address"));
                    } else if (checked.forbidden().isPresent()) {
                      caller.refused(Denial.address(to, checked.forbidden().get()));
                    } else {
                      connect(loop, to, checked.addresses(), 0, caller);
                    }
                  });
            });
  }

  private record Found(List<InetAddress> addresses, Optional<String> forbidden) {}

  /** One forbidden address spoils the name: who mixes them in wants to be dialled there. */
  private Optional<String> forbidden(Destination to, List<InetAddress> all) {
    return all.stream()
        .filter(address -> !open.open(to, address))
        .flatMap(address -> forbidden(address).stream())
        .findFirst();
  }

  private static Optional<String> forbidden(InetAddress address) {
    Optional<String> special = Addresses.forbidden(address);
    return special.isEmpty() && own(address)
        ? Optional.of("an address of this server")
        : special.map(what -> what + " (" + address.getHostAddress() + ")");
  }

  private static boolean own(InetAddress address) {
    try {
      return NetworkInterface.getByInetAddress(address) != null;
    } catch (SocketException e) {
      return true; // what cannot be told apart from this server is not dialled
    }
  }

  private static void connect(
      EventLoop loop, Destination to, List<InetAddress> all, int index, Caller caller) {
    ChannelFuture connecting =
        new Bootstrap()
            .group(loop)
            .channel(EpollSocketChannel.class)
            .option(ChannelOption.AUTO_READ, false)
            .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECTING_MS)
            .handler(new ChannelInboundHandlerAdapter())
            .connect(new InetSocketAddress(all.get(index), to.port()));
    connecting.addListener(
        done -> {
          if (done.isSuccess()) {
            caller.connected(connecting.channel());
          } else if (index + 1 < Math.min(MOST_TRIES, all.size())) {
            connect(loop, to, all, index + 1, caller);
          } else {
            caller.refused(Denial.unreachable(to, "does not answer on port " + to.port()));
          }
        });
  }
}
