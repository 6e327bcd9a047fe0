package io.ash.coordinator.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ash.model.SessionId;
import java.time.Instant;

/**
 * One classified thing that happened in a session.
 *
 * @param sequence number of its row times 1000, plus its place in the row
 * @param type one of {@link Timeline#TYPES}
 */
record TimelineEvent(long sequence, String type, JsonNode data, Instant at) {
  ObjectNode json(SessionId session, String tenant) {
    return Json.object()
        .put("id", Names.event(session, sequence).toString())
        .put("sessionId", session.toString())
        .put("type", type)
        .put("sequence", sequence)
        .put("createdAt", Json.time(at))
        .put("tenantId", tenant)
        .put("data", Json.text(data));
  }
}
