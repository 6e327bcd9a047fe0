package io.ash.coordinator.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * One error as a client sees it.
 *
 * @param status HTTP status
 * @param code stable, for programs
 * @param message for people; says what to do where that is known
 * @param retryAfterSeconds 0 where waiting does not help
 * @param violations what is wrong with the request, may be empty
 */
record Problem(
    int status, String code, String message, int retryAfterSeconds, List<Violation> violations) {
  Problem(int status, String code, String message) {
    this(status, code, message, 0, List.of());
  }

  /**
   * The body; {@code error} and {@code message} are the same text, for clients that read either.
   */
  ObjectNode json(String requestId) {
    ObjectNode body = Json.object();
    body.put("error", message);
    body.put("statusCode", status);
    body.put("message", message);
    body.put("code", code);
    body.put("requestId", requestId);
    if (retryAfterSeconds > 0) {
      body.put("retryAfterSeconds", retryAfterSeconds);
    }
    if (!violations.isEmpty()) {
      ArrayNode list = body.putArray("validation");
      violations.forEach(v -> list.addObject().put("path", v.path()).put("problem", v.problem()));
    }
    return body;
  }
}
