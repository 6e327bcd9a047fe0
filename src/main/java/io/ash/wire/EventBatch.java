package io.ash.wire;

import io.ash.model.Binding;
import io.ash.model.Event;
import java.util.List;

/**
 * Consecutive events of one epoch of a session.
 *
 * @param firstNo number of the first event in this epoch, from 1
 * @param events at least one; an END only as the last
 */
public record EventBatch(Binding binding, long firstNo, List<Event> events) {}
