package io.ash.coordinator.http;

/**
 * One server-sent event without its id.
 *
 * @param event its name
 * @param data one line of JSON
 */
record Frame(String event, String data) {}
