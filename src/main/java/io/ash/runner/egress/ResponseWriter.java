package io.ash.runner.egress;

import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;

/** Writes responses to a program inside. */
final class ResponseWriter extends HttpResponseEncoder {
  private boolean head;

  /** Whether the next response answers a HEAD, and so has no body whatever it says. */
  void answersHead(boolean yes) {
    head = yes;
  }

  @Override
  protected boolean isContentAlwaysEmpty(HttpResponse response) {
    return head || super.isContentAlwaysEmpty(response);
  }
}
