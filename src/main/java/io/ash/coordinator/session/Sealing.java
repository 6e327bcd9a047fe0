package io.ash.coordinator.session;

/** Encrypts what a session keeps for its sandbox; a form can be opened only for the same owner. */
public interface Sealing {
  /** The sealed form; fails with {@link io.ash.model.Refused} where no key is configured. */
  String seal(String owner, String plain);

  /** What was sealed. */
  String open(String owner, String sealed);
}
