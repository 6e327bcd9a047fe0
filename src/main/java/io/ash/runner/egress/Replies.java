package io.ash.runner.egress;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;

/** What a program inside is answered: what came from outside, or a "no". */
final class Replies {
  private Replies() {}

  /** The head of a response in the form in which it goes on; its body is framed anew. */
  static HttpResponse passed(HttpResponse answer, boolean keep) {
    HttpResponse out =
        new DefaultHttpResponse(HttpVersion.HTTP_1_1, answer.status(), answer.headers().copy());
    boolean chunked = HttpUtil.isTransferEncodingChunked(answer);
    boolean sized = HttpUtil.isContentLengthSet(answer);
    Order.strip(out.headers());
    if (chunked || (!sized && mayHaveBody(answer))) {
      out.headers().remove(HttpHeaderNames.CONTENT_LENGTH);
      out.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    }
    if (!keep) {
      out.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    return out;
  }

  private static boolean mayHaveBody(HttpResponse answer) {
    int status = answer.status().code();
    return status != 204 && status != 304;
  }

  /** A "no" that says what to do; the connection ends with it. */
  static FullHttpResponse refused(Denial why) {
    byte[] text = body(why);
    FullHttpResponse answer =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, status(why), Unpooled.wrappedBuffer(text));
    answer
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, "application/json")
        .set(HttpHeaderNames.CONTENT_LENGTH, text.length)
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE)
        .set("x-ash-refused", why.reason().label());
    return answer;
  }

  private static HttpResponseStatus status(Denial denial) {
    return switch (denial.reason()) {
      case MALFORMED -> HttpResponseStatus.BAD_REQUEST;
      case UNREACHABLE -> HttpResponseStatus.BAD_GATEWAY;
      case TOO_MANY -> HttpResponseStatus.SERVICE_UNAVAILABLE;
      default -> HttpResponseStatus.FORBIDDEN;
    };
  }

  private static byte[] body(Denial denial) {
    JsonObject body =
        new JsonObject().put("error", denial.why()).put("reason", denial.reason().label());
    if (denial.remedy() != null) {
      body.put("remedy", denial.remedy());
    }
    return (body.encode() + "\n").getBytes(StandardCharsets.UTF_8);
  }
}
