package io.ash.runner.egress;

import io.ash.time.Timers;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a program inside: reads its requests one by one, has each judged, and brings it
 * out. Confined to the loop of its outlet.
 */
final class Front extends ChannelInboundHandlerAdapter implements Flow, Upstream.Listener {
  private static final Duration HEAD = Duration.ofSeconds(15);
  private static final int IDLE_SECONDS = 120;
  private static final byte[] ESTABLISHED =
      "HTTP/1.1 200 Connection established\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final Outlet outlet;
  private final Channel channel;
  private final RequestReader reader = new RequestReader();
  private final ResponseWriter writer = new ResponseWriter();
  private Timers.@Nullable Handle late;
  private @Nullable Head head;
  private @Nullable Upstream upstream;
  private @Nullable Tunnel tunnel;
  private final ArrayDeque<HttpContent> early = new ArrayDeque<>();
  private boolean whole;
  private boolean answering;
  private boolean closing;

  Front(Outlet outlet, Channel channel) {
    this.outlet = outlet;
    this.channel = channel;
  }

  /** Begins to read. */
  void start() {
    channel.pipeline().addLast(new IdleStateHandler(0, 0, IDLE_SECONDS), reader, writer, this);
    channel.config().setAutoRead(true);
  }

  /** Says no to a connection at once. */
  void turnAway(Denial why) {
    channel.pipeline().addLast(writer, this);
    refuse(why);
  }

  @Override
  public boolean allowedBy(Rules rules) {
    if (tunnel != null) {
      return tunnel.allowedBy(rules);
    }
    Upstream now = upstream;
    return now == null || outlet.carries(rules, now.to());
  }

  @Override
  public void cut() {
    closing = true;
    if (tunnel != null) {
      tunnel.cut();
    }
    if (upstream != null) {
      upstream.close();
    }
    channel.close();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (tunnel != null) {
      ctx.fireChannelRead(message);
    } else if (closing) {
      ReferenceCountUtil.release(message);
    } else if (message instanceof Head begun) {
      request(begun);
    } else if (message instanceof HttpContent piece) {
      body(piece);
    } else if (message instanceof HeadParser.Unreadable no) {
      refuse(Denial.malformed(String.valueOf(no.getMessage())));
    } else {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (tunnel == null && late == null && head == null && reader.midway()) {
      late = outlet.timers().once(HEAD, () -> channel.eventLoop().execute(this::tooSlow));
    }
  }

  private void tooSlow() {
    if (head == null && late != null) {
      refuse(Denial.malformed("the head of the request does not end"));
    }
  }

  private void request(Head begun) {
    if (late != null) {
      late.cancel();
      late = null;
    }
    head = begun;
    whole = false;
    writer.answersHead(begun.method().equals("HEAD"));
    hold();
    try {
      if (begun.method().equals("CONNECT")) {
        connect(begun);
      } else {
        forward(begun, outlet.order(begun));
      }
    } catch (Denied no) {
      refuse(no.why());
    }
  }

  /** Reads nothing more of the program until there is somewhere to put it. */
  private void hold() {
    channel.config().setAutoRead(false);
  }

  private void connect(Head begun) throws Denied {
    Destination to = outlet.tunnel(begun);
    outlet.dial(
        to,
        false,
        new Dialler.Caller() {
          @Override
          public void connected(Channel outside) {
            if (gone(outside) || !still(() -> outlet.tunnel(begun), outside)) {
              return;
            }
            outlet.tunnelled();
            channel.pipeline().remove(IdleStateHandler.class);
            channel.pipeline().remove(writer);
            channel.writeAndFlush(Unpooled.wrappedBuffer(ESTABLISHED));
            tunnel = Tunnel.open(to, channel, outside, outlet::told, outlet.timers());
            channel.pipeline().remove(reader);
            channel.config().setAutoRead(true);
          }

          @Override
          public void refused(Denial why) {
            refuse(why);
          }
        });
  }

  private void forward(Head begun, Order order) {
    Upstream now = upstream;
    if (now != null && now.serves(order)) {
      go(now, order);
      return;
    }
    if (now != null) {
      upstream = null;
      now.close();
    }
    outlet.dial(
        order.to(),
        order.trusted(),
        new Dialler.Caller() {
          @Override
          public void connected(Channel outside) {
            if (!gone(outside) && still(() -> outlet.order(begun), outside)) {
              Upstream fresh = Upstream.open(outside, order, outlet.ssl(), Front.this);
              upstream = fresh;
              go(fresh, order);
            }
          }

          @Override
          public void refused(Denial why) {
            refuse(why);
          }
        });
  }

  /** Asks again what was allowed before a name was looked up: the rules may be others now. */
  private boolean still(Question question, Channel outside) {
    try {
      question.ask();
      return true;
    } catch (Denied no) {
      outside.close();
      refuse(no.why());
      return false;
    }
  }

  private interface Question {
    void ask() throws Denied;
  }

  private boolean gone(Channel outside) {
    if (closing || !channel.isActive()) {
      outside.close();
      return true;
    }
    return false;
  }

  private void go(Upstream through, Order order) {
    outlet.requested();
    through.ask(order.request());
    if (head == null || !head.hasBody()) {
      whole = true;
      through.send(LastHttpContent.EMPTY_LAST_CONTENT);
      return;
    }
    channel.config().setAutoRead(true);
    for (HttpContent piece = early.poll(); piece != null; piece = early.poll()) {
      send(through, piece);
    }
  }

  private void body(HttpContent piece) {
    if (head == null || !head.hasBody()) {
      piece.release(); // the end of an empty body goes with its head
      return;
    }
    if (upstream == null || !upstream.asked()) {
      early.add(piece);
      return;
    }
    send(upstream, piece);
  }

  private void send(Upstream through, HttpContent piece) {
    whole = piece instanceof LastHttpContent;
    boolean more = through.send(piece);
    if (whole || !more) {
      hold();
    }
  }

  @Override
  public void response(HttpResponse answer) {
    answering = true;
    channel.write(Replies.passed(answer, head == null || head.keep()));
  }

  @Override
  public void content(HttpContent piece) {
    channel.writeAndFlush(piece);
    if (!channel.isWritable() && upstream != null) {
      upstream.read(false);
    }
  }

  @Override
  public void complete(boolean keep) {
    boolean again =
        head != null
            && head.keep()
            && whole
            && !closing
            && !((DuplexChannel) channel).isInputShutdown();
    answering = false;
    head = null;
    if (!keep && upstream != null) {
      Upstream done = upstream;
      upstream = null;
      done.close();
    }
    if (!again) {
      finish();
      return;
    }
    channel.config().setAutoRead(true);
    try {
      reader.next(channel.pipeline().context(this));
    } catch (Exception e) {
      cut();
    }
  }

  @Override
  public void broken(boolean asked, boolean began) {
    Upstream was = upstream;
    upstream = null;
    if (!asked || was == null || closing) {
      return;
    }
    if (began || answering) {
      cut();
    } else {
      refuse(Denial.unreachable(was.to(), "ended the connection without an answer"));
    }
  }

  @Override
  public void writable(boolean now) {
    if (head != null && !whole && head.hasBody()) {
      channel.config().setAutoRead(now);
    }
  }

  private void refuse(Denial why) {
    if (closing) {
      return;
    }
    outlet.told(why);
    closing = true;
    channel.writeAndFlush(Replies.refused(why)).addListener(ChannelFutureListener.CLOSE);
    if (upstream != null) {
      upstream.close();
    }
  }

  private void finish() {
    closing = true;
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    if (upstream != null) {
      upstream.close();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (upstream != null) {
      upstream.read(channel.isWritable());
    }
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (tunnel != null) {
      ctx.fireUserEventTriggered(event);
    } else if (event instanceof IdleStateEvent && (head == null || !whole)) {
      cut();
    } else if (head == null) {
      Relay.inputEnded(event, channel::close);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    closing = true;
    early.forEach(ReferenceCountUtil::release);
    early.clear();
    if (late != null) {
      late.cancel();
    }
    if (upstream != null) {
      upstream.close();
    }
    outlet.closed(this);
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    cut();
  }
}
