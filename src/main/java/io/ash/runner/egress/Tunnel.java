package io.ash.runner.egress;

import io.ash.model.HostName;
import io.ash.time.Timers;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.timeout.IdleStateHandler;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The inner end of a tunnel. Until the first message of TLS is whole and names the place that was
 * asked for, nothing of it goes out. Confined to the loop of its outlet.
 */
final class Tunnel extends ChannelInboundHandlerAdapter implements Flow {
  private static final Duration HELLO = Duration.ofSeconds(10);
  private static final int IDLE_SECONDS = 600;
  private static final int HTTPS = 443;

  private final Destination to;
  private final Channel inside;
  private final Channel outside;
  private final Consumer<Denial> told;
  private final Timers.Handle late;
  private @Nullable ByteBuf held = Unpooled.buffer(512);

  private Tunnel(
      Destination to, Channel inside, Channel outside, Consumer<Denial> told, Timers timers) {
    this.to = to;
    this.inside = inside;
    this.outside = outside;
    this.told = told;
    this.late = timers.once(HELLO, () -> inside.eventLoop().execute(this::unfinished));
  }

  /** Joins two connections; nothing has been read of either. */
  static Tunnel open(
      Destination to, Channel inside, Channel outside, Consumer<Denial> told, Timers timers) {
    Tunnel tunnel = new Tunnel(to, inside, outside, told, timers);
    inside.pipeline().addLast(new IdleStateHandler(0, 0, IDLE_SECONDS), tunnel);
    outside.pipeline().addLast(new Relay(inside));
    outside.config().setAutoRead(true);
    return tunnel;
  }

  @Override
  public boolean allowedBy(Rules rules) {
    return rules.tunnel(to).isEmpty();
  }

  @Override
  public void cut() {
    outside.close();
    inside.close();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    ByteBuf first = held;
    if (first == null) {
      Relay.pass(bytes, inside, outside);
      return;
    }
    first.writeBytes(bytes);
    bytes.release();
    if (!ClientHello.begins(first) && to.port() != HTTPS) {
      letGo(first);
      return;
    }
    ClientHello.Look look = ClientHello.look(first);
    switch (look.finding()) {
      case UNFINISHED -> {
        if (first.readableBytes() > ClientHello.LONGEST) {
          refuse(noTls());
        }
      }
      case NO_TLS -> refuse(noTls());
      case HELLO -> {
        if (names(look.name())) {
          letGo(first);
        } else {
          refuse(otherName(look.name()));
        }
      }
    }
  }

  private boolean names(@Nullable String name) {
    if (name == null) {
      return to.host().literal();
    }
    try {
      return HostName.of(name).equals(to.host());
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private Denial noTls() {
    return new Denial(
        Reason.NO_TLS,
        to.text(),
        "what goes through the tunnel to " + to.text() + " is no TLS",
        "Plain HTTP goes as http:// through the same proxy; a protocol of another kind needs a"
            + " port of its own in network.allow");
  }

  private Denial otherName(@Nullable String name) {
    String shown = name == null ? "no host" : HostNames.shown(name);
    return new Denial(
        Reason.SERVER_NAME,
        to.text(),
        "the TLS in the tunnel to " + to.host().text() + " names " + shown,
        "Ask the proxy for the host that the program really talks to");
  }

  private void letGo(ByteBuf first) {
    held = null;
    late.cancel();
    Relay.pass(first, inside, outside);
  }

  private void unfinished() {
    if (held != null && (to.port() == HTTPS || held.isReadable())) {
      refuse(noTls());
    }
  }

  private void refuse(Denial why) {
    told.accept(why);
    cut();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    outside.config().setAutoRead(inside.isWritable());
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof io.netty.handler.timeout.IdleStateEvent) {
      cut();
    } else if (held != null) {
      Relay.inputEnded(event, () -> inside.close());
    } else {
      Relay.inputEnded(event, () -> Relay.endOutput(outside));
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    late.cancel();
    if (held != null) {
      held.release();
      held = null;
    }
    Relay.flushAndClose(outside);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    cut();
  }
}
