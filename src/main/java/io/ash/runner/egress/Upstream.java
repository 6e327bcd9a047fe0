package io.ash.runner.egress;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.ReferenceCountUtil;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * A connection to one place outside that carries one request after another, all of the same
 * connection inside. Confined to the loop of its outlet.
 */
final class Upstream extends ChannelInboundHandlerAdapter {
  private static final int LOOK_SECONDS = 20;
  private static final int MOST_SILENT_LOOKS = 30;

  private final Destination to;
  private final boolean tls;
  private final Channel channel;
  private final Listener listener;
  private boolean asked;
  private boolean began;
  private boolean interim;
  private boolean keep;
  private int silent;

  /** Who hears what comes back. */
  interface Listener {
    void response(HttpResponse head);

    void content(HttpContent piece);

    /** The response is whole; {@code keep} says whether the connection can be used again. */
    void complete(boolean keep);

    /** The connection ended; {@code began} says whether a response had begun. */
    void broken(boolean asked, boolean began);

    /** Whether it can take more for the moment. */
    void writable(boolean now);
  }

  private Upstream(Destination to, boolean tls, Channel channel, Listener listener) {
    this.to = to;
    this.tls = tls;
    this.channel = channel;
    this.listener = listener;
  }

  /** Takes over a connection that reads nothing yet. */
  static Upstream open(Channel channel, Order order, SslContext ssl, Listener listener) {
    Upstream upstream = new Upstream(order.to(), order.tls(), channel, listener);
    ChannelPipeline pipeline = channel.pipeline();
    if (order.tls()) {
      String host = order.to().host().text();
      SslHandler handler = ssl.newHandler(channel.alloc(), host, order.to().port());
      SSLParameters parameters = handler.engine().getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      handler.engine().setSSLParameters(parameters);
      pipeline.addLast(handler);
    }
    HttpDecoderConfig strict = new HttpDecoderConfig().setMaxHeaderSize(HeadParser.LONGEST);
    pipeline.addLast(
        new HttpClientCodec(strict, false, false),
        new IdleStateHandler(0, 0, LOOK_SECONDS),
        upstream);
    channel.config().setAutoRead(true);
    return upstream;
  }

  /** Whether a request is on its way. */
  boolean asked() {
    return asked;
  }

  Destination to() {
    return to;
  }

  /** Whether a request can go the same way. */
  boolean serves(Order order) {
    return channel.isActive() && to.equals(order.to()) && tls == order.tls();
  }

  void ask(HttpObject request) {
    asked = true;
    began = false;
    silent = 0;
    channel.writeAndFlush(request);
  }

  /** Sends a piece of the body; whether more can be taken now. */
  boolean send(HttpContent piece) {
    channel.writeAndFlush(piece);
    return channel.isWritable();
  }

  void read(boolean on) {
    channel.config().setAutoRead(on);
  }

  void close() {
    asked = false;
    channel.close();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    silent = 0;
    if (!asked || ((HttpObject) message).decoderResult().isFailure()) {
      ReferenceCountUtil.release(message);
      ctx.close();
      return;
    }
    if (message instanceof HttpResponse head) {
      head(head);
    }
    if (message instanceof HttpContent piece) {
      piece(piece);
    }
  }

  private void head(HttpResponse head) {
    interim = head.status().codeClass() == HttpStatusClass.INFORMATIONAL;
    if (!interim) {
      began = true;
      keep = HttpUtil.isKeepAlive(head);
      listener.response(head);
    } else if (head.status().code() == 101) {
      channel.close();
    }
  }

  private void piece(HttpContent piece) {
    boolean last = piece instanceof LastHttpContent;
    if (interim) {
      piece.release();
      return;
    }
    listener.content(piece);
    if (last) {
      asked = false;
      began = false;
      listener.complete(keep && channel.isActive());
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    listener.writable(channel.isWritable());
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    boolean over = event instanceof IdleStateEvent && (!asked || ++silent >= MOST_SILENT_LOOKS);
    if (over || event instanceof io.netty.channel.socket.ChannelInputShutdownReadComplete) {
      ctx.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    boolean wasAsked = asked;
    asked = false;
    listener.broken(wasAsked, began);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, @Nullable Throwable cause) {
    ctx.close();
  }
}
