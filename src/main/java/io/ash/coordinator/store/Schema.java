package io.ash.coordinator.store;

/** The schema that holds the tables of ash and nothing else. */
final class Schema {
  static final String NAME = "ash";

  private Schema() {}
}
