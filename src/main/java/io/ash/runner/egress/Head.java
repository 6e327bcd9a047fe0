package io.ash.runner.egress;

import io.netty.handler.codec.http.HttpHeaders;

/**
 * The head of a request of a program inside.
 *
 * @param method upper or lower case, as written
 * @param target as written, in one of the three forms
 * @param length bytes of the body, or {@link #CHUNKED}
 * @param keep whether the program wants to go on with this connection
 */
record Head(String method, String target, HttpHeaders headers, long length, boolean keep) {
  /** The body comes in chunks. */
  static final long CHUNKED = -1;

  boolean hasBody() {
    return length != 0;
  }
}
