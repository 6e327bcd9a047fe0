package io.ash.app;

import io.ash.coordinator.agent.Agents;
import io.ash.coordinator.auth.Keys;
import io.ash.coordinator.auth.StreamTickets;
import io.ash.coordinator.journal.Journal;
import io.ash.coordinator.session.SessionRoom;

/** What the public door serves. */
record PublicParts(
    Agents agents, SessionRoom sessions, Journal journal, Keys keys, StreamTickets tickets) {}
