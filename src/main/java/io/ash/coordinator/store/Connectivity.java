package io.ash.coordinator.store;

/**
 * What a way to the database can do.
 *
 * @param version the server's own words
 * @param keepsSessions false behind a pooler that hands each transaction to another session
 * @param listens whether notifications arrive; without them readers poll
 */
public record Connectivity(String version, boolean keepsSessions, boolean listens) {}
