package io.ash.runner.egress;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Says which addresses are no places of the public network. */
final class Addresses {
  private static final List<Range> IPV4 =
      ranges(
          "0.0.0.0/8 the local host",
          "10.0.0.0/8 a private network",
          "100.64.0.0/10 a private network",
          "127.0.0.0/8 the local host",
          "168.63.129.16/32 a metadata service",
          "169.254.0.0/16 a link-local or metadata service",
          "172.16.0.0/12 a private network",
          "192.0.0.0/24 a special network",
          "192.0.2.0/24 a special network",
          "192.88.99.0/24 a special network",
          "192.168.0.0/16 a private network",
          "198.18.0.0/15 a special network",
          "198.51.100.0/24 a special network",
          "203.0.113.0/24 a special network",
          "224.0.0.0/4 a multicast group",
          "240.0.0.0/4 a special network");

  /** Within what is given to the public network, these stand for something else. */
  private static final List<Range> IPV6 =
      ranges(
          "2001::/23 a special network",
          "2001:db8::/32 a special network",
          "2002::/16 an address with another in it",
          "3fff::/20 a special network");

  private static final Range PUBLIC_IPV6 = Range.of("2000::/3");

  private Addresses() {}

  /** What an address is, where it is no place of the public network. */
  static Optional<String> forbidden(InetAddress address) {
    boolean six = address.getAddress().length == 16;
    if (six && !PUBLIC_IPV6.holds(address)) {
      return Optional.of("a private or special address");
    }
    return (six ? IPV6 : IPV4)
        .stream().filter(range -> range.holds(address)).map(Range::about).findFirst();
  }

  private static List<Range> ranges(String... lines) {
    return Arrays.stream(lines).map(Range::of).toList();
  }
}
