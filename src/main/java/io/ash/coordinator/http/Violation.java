package io.ash.coordinator.http;

/**
 * One thing that is wrong with a request.
 *
 * @param path where: {@code body/files/0/path}, {@code querystring/limit}, {@code params/id}
 * @param problem what would be right: "must be a string"
 */
public record Violation(String path, String problem) {
  @Override
  public String toString() {
    return path + " " + problem;
  }
}
