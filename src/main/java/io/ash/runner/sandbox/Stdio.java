package io.ash.runner.sandbox;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;

/**
 * Who takes what a process writes; both are called on the sandbox's event loop with chunks as they
 * come: half lines, half characters, up to 64 KiB.
 */
public record Stdio(Handler<Buffer> stdout, Handler<Buffer> stderr) {
  /** Takes nothing: the output is read and forgotten. */
  public static final Stdio NOBODY = new Stdio(chunk -> {}, chunk -> {});
}
