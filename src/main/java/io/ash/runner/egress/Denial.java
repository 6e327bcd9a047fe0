package io.ash.runner.egress;

import org.jspecify.annotations.Nullable;

/**
 * One "no" to a program inside.
 *
 * @param place {@code host:port}, or empty where it could not be read
 * @param why a sentence for people
 * @param remedy what they can do about it; null where that is nothing
 */
record Denial(Reason reason, String place, String why, @Nullable String remedy) {
  private static final int STANDARD = 443;

  static Denial malformed(String why) {
    return new Denial(Reason.MALFORMED, "", why, null);
  }

  /** A place that no line covers. */
  static Denial notListed(Reason reason, Destination to) {
    String what =
        reason == Reason.PORT
            ? to.host().text() + " is allowed, but not on port " + to.port()
            : to.host().text() + " is not on the allow-list";
    return new Denial(reason, to.text(), what, line(to));
  }

  /** A place whose address nobody may reach. */
  static Denial address(Destination to, String found) {
    return new Denial(
        Reason.ADDRESS,
        to.text(),
        to.host().text() + " leads to " + found,
        "Private places are opened by the operator: ASH_NETWORK_PRIVATE_ALLOW=" + to.text());
  }

  static Denial unreachable(Destination to, String why) {
    return new Denial(Reason.UNREACHABLE, to.text(), to.host().text() + " " + why, null);
  }

  /** The line that would allow a place. */
  private static String line(Destination to) {
    boolean usual = to.port() == STANDARD || to.port() == 80;
    String place = usual ? to.host().inUrl() : to.text();
    return "Add this line below network.allow in ash.yaml: - \"" + place + "\"";
  }

  /** Whether it is a matter of the rules, and not of the other side. */
  boolean refused() {
    return reason != Reason.UNREACHABLE && reason != Reason.MALFORMED;
  }
}
