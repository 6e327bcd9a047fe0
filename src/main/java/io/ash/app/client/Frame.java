package io.ash.app.client;

import io.vertx.core.json.JsonObject;

/**
 * One frame of an event stream.
 *
 * @param event its name; {@code message} where the server gave none
 * @param data its JSON object; empty where there was none
 */
public record Frame(String event, JsonObject data) {}
