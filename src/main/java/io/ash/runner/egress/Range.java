package io.ash.runner.egress;

import io.ash.model.HostName;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * Addresses that begin with the same bits.
 *
 * @param about what they are, for people; may be empty
 */
record Range(InetAddress first, int bits, String about) {
  /**
   * Reads {@code address/bits}, optionally with a space and what it is.
   *
   * @throws IllegalArgumentException where it is no range
   */
  static Range of(String line) {
    int space = line.indexOf(' ');
    String range = space < 0 ? line : line.substring(0, space);
    int slash = range.indexOf('/');
    if (slash < 0 || !range.substring(slash + 1).matches("[0-9]{1,3}")) {
      throw new IllegalArgumentException("a range is written as 10.0.0.0/8 or fd00::/8");
    }
    String address = range.substring(0, slash);
    HostName name = HostName.of(address.indexOf(':') < 0 ? address : "[" + address + "]");
    InetAddress first = literal(name);
    int bits = Integer.parseInt(range.substring(slash + 1));
    if (bits > first.getAddress().length * 8) {
      throw new IllegalArgumentException("a range has no more bits than its address");
    }
    return new Range(first, bits, space < 0 ? "" : line.substring(space + 1));
  }

  /** The address that a literal is; asks nobody. */
  static InetAddress literal(HostName name) {
    if (!name.literal()) {
      throw new IllegalArgumentException("it is no address");
    }
    try {
      return InetAddress.getByName(name.text());
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("it is no address", e);
    }
  }

  boolean holds(InetAddress address) {
    byte[] a = first.getAddress();
    byte[] b = address.getAddress();
    if (a.length != b.length) {
      return false;
    }
    int whole = bits / 8;
    if (!Arrays.equals(a, 0, whole, b, 0, whole)) {
      return false;
    }
    int rest = bits % 8;
    int mask = rest == 0 ? 0 : 0xff << (8 - rest) & 0xff;
    return rest == 0 || (a[whole] & mask) == (b[whole] & mask);
  }
}
