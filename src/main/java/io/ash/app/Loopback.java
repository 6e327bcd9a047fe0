package io.ash.app;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Whether an address to bind is reachable from this machine alone. */
final class Loopback {
  private Loopback() {}

  static boolean is(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
