package io.ash.runner.egress;

/** Names of hosts as they may stand in a sentence. */
final class HostNames {
  private static final int LONGEST = 100;

  private HostNames() {}

  /** A name that a program sent, harmless and short. */
  static String shown(String name) {
    String plain = name.replaceAll("[^A-Za-z0-9._:\\[\\]-]", "?");
    return plain.length() > LONGEST ? plain.substring(0, LONGEST) + "…" : plain;
  }
}
