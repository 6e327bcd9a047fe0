/**
 * The public door: parses requests into records, asks one question of a room, renders one answer.
 *
 * <p>Order of processing: request id, CORS, authentication, body, validation, handler. JSON is read
 * and written here with Jackson's tree model and nowhere deeper.
 */
@NullMarked
package io.ash.coordinator.http;

import org.jspecify.annotations.NullMarked;
