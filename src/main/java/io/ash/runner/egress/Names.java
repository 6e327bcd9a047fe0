package io.ash.runner.egress;

import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Finds the addresses of a name. Thread-safe. */
@FunctionalInterface
interface Names {
  /** All of them; fails where there is none or nobody answers in time. */
  CompletableFuture<List<InetAddress>> find(String name);
}
