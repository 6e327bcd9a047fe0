package io.ash.runner.egress;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;

/** The outer end of a tunnel: hands everything to the inner one, no faster than that takes it. */
final class Relay extends ChannelInboundHandlerAdapter {
  private final Channel inside;

  Relay(Channel inside) {
    this.inside = inside;
  }

  /** Hands bytes on, and stops reading where they came from while the other side is full. */
  static void pass(ByteBuf bytes, Channel from, Channel to) {
    to.writeAndFlush(bytes);
    if (!to.isWritable()) {
      from.config().setAutoRead(false);
    }
  }

  /** Runs {@code then} where an event says that no more input comes. */
  static void inputEnded(Object event, Runnable then) {
    if (event instanceof ChannelInputShutdownEvent) {
      then.run();
    }
  }

  /** Tells the other side that no more comes, after what is on its way. */
  static void endOutput(Channel channel) {
    channel
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(
            done -> {
              DuplexChannel both = (DuplexChannel) channel;
              both.shutdownOutput();
              if (both.isInputShutdown()) {
                both.close();
              }
            });
  }

  static void flushAndClose(Channel channel) {
    if (channel.isActive()) {
      channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    pass((ByteBuf) message, ctx.channel(), inside);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    inside.config().setAutoRead(ctx.channel().isWritable());
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    inputEnded(event, () -> endOutput(inside));
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    flushAndClose(inside);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
