package io.ash.runner.egress;

import io.ash.model.NetworkRule;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Private places that an operator opens to sandboxes, besides their own allow-lists: ranges of
 * addresses, and names or addresses with a port. Immutable.
 */
public final class PrivatePlaces {
  /** Opens nothing. */
  public static final PrivatePlaces NONE = new PrivatePlaces(List.of(), List.of());

  private final List<Range> ranges;
  private final List<NetworkRule> places;

  private PrivatePlaces(List<Range> ranges, List<NetworkRule> places) {
    this.ranges = List.copyOf(ranges);
    this.places = List.copyOf(places);
  }

  /**
   * Reads entries with commas between them: {@code 10.1.0.0/16}, {@code 127.0.0.1:8080}, {@code
   * [::1]:80}, {@code artifacts.internal:443}.
   *
   * @throws IllegalArgumentException naming the entry that is wrong
   */
  public static PrivatePlaces of(String list) {
    List<Range> ranges = new ArrayList<>();
    List<NetworkRule> places = new ArrayList<>();
    for (String entry : list.split(",", -1)) {
      String text = entry.strip();
      try {
        if (text.indexOf('/') >= 0) {
          ranges.add(Range.of(text));
        } else if (!text.isEmpty()) {
          places.add(place(text));
        }
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(text + ": " + e.getMessage(), e);
      }
    }
    return new PrivatePlaces(ranges, places);
  }

  private static NetworkRule place(String text) {
    NetworkRule rule = NetworkRule.of(text);
    if (rule.port() == 0 || rule.host().equals("*")) {
      throw new IllegalArgumentException("a place is written as name:port");
    }
    return rule;
  }

  /** Whether this address of a destination is open although it is private. */
  boolean open(Destination to, InetAddress found) {
    return ranges.stream().anyMatch(r -> r.holds(found))
        || places.stream().anyMatch(p -> p.port() == to.port() && p.covers(to.host()));
  }
}
