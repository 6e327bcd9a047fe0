package io.ash.model;

import java.net.IDN;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The name or address of a host in the one form in which such things are compared: lower case,
 * ASCII, without the dot at the end; an IPv6 address without brackets.
 *
 * @param text the form
 * @param literal whether it is an address
 */
public record HostName(String text, boolean literal) {
  private static final Pattern LABEL = Pattern.compile("[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?");
  private static final Pattern NUMBER = Pattern.compile("[0-9]+|0[xX][0-9a-fA-F]*");
  private static final Pattern PART = Pattern.compile("0|[1-9][0-9]{0,2}");
  private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]{2,45}");
  private static final int LONGEST = 253;

  /**
   * Reads what a program on the wire wrote: ASCII only, an IPv6 address in brackets.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  public static HostName of(String written) {
    if (written.startsWith("[") && written.endsWith("]")) {
      return ipv6(written.substring(1, written.length() - 1));
    }
    String text = written.toLowerCase(Locale.ROOT);
    text = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    if (text.isEmpty() || text.length() > LONGEST) {
      throw new IllegalArgumentException("it is no name of a host");
    }
    String[] labels = text.split("\\.", -1);
    if (NUMBER.matcher(labels[labels.length - 1]).matches()) {
      return ipv4(text, labels);
    }
    for (String label : labels) {
      if (!LABEL.matcher(label).matches()) {
        throw new IllegalArgumentException("it is no name of a host");
      }
    }
    return new HostName(text, false);
  }

  /**
   * Reads what a person wrote: letters of any language, too.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  public static HostName written(String name) {
    if (name.chars().allMatch(c -> c < 128)) {
      return of(name);
    }
    try {
      return of(IDN.toASCII(name, IDN.USE_STD3_ASCII_RULES));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("it is no name of a host", e);
    }
  }

  /** As it stands in a URL: an IPv6 address in brackets. */
  public String inUrl() {
    return literal && text.indexOf(':') >= 0 ? "[" + text + "]" : text;
  }

  private static HostName ipv4(String text, String[] parts) {
    boolean plain = parts.length == 4;
    for (String part : parts) {
      plain = plain && PART.matcher(part).matches() && Integer.parseInt(part) < 256;
    }
    if (!plain) {
      throw new IllegalArgumentException("it is an address in an odd form");
    }
    return new HostName(text, true);
  }

  private static HostName ipv6(String text) {
    if (text.indexOf(':') < 0 || !IPV6.matcher(text).matches()) {
      throw new IllegalArgumentException("it is an address in an odd form");
    }
    try {
      return new HostName(InetAddress.getByName(text).getHostAddress(), true);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("it is an address in an odd form", e);
    }
  }
}
