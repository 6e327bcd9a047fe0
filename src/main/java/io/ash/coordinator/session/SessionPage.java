package io.ash.coordinator.session;

import io.ash.coordinator.store.SessionView;
import java.util.List;

/**
 * Some sessions.
 *
 * @param total how many match, -1 where nobody asked
 */
public record SessionPage(List<SessionView> sessions, long total) {}
