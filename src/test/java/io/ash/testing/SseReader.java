package io.ash.testing;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** Reads one event stream as a browser would, and keeps every frame. Thread-safe. */
public final class SseReader {
  private final List<Frame> frames = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Integer> status = new CompletableFuture<>();
  private final CompletableFuture<Void> over = new CompletableFuture<>();
  private String id = "";
  private String event = "message";
  private StringBuilder data = new StringBuilder();

  private SseReader() {}

  /**
   * One event.
   *
   * @param id empty where the frame carries none
   */
  public record Frame(String id, String event, String data) {}

  static SseReader open(HttpClient http, HttpRequest request) {
    SseReader reader = new SseReader();
    http.sendAsync(request, HttpResponse.BodyHandlers.ofLines())
        .whenComplete(
            (response, failure) -> {
              if (failure != null) {
                reader.status.complete(0);
                reader.over.complete(null);
                return;
              }
              reader.status.complete(response.statusCode());
              Thread reading = new Thread(() -> reader.read(response), "sse-reader");
              reading.setDaemon(true);
              reading.start();
            });
    return reader;
  }

  private void read(HttpResponse<java.util.stream.Stream<String>> response) {
    try (var lines = response.body()) {
      lines.forEach(this::line);
    } catch (RuntimeException cut) {
      // a stream that is cut off ends like one that is over
    }
    over.complete(null);
  }

  private void line(String line) {
    if (line.isEmpty()) {
      if (!data.isEmpty()) {
        frames.add(new Frame(id, event, data.toString()));
      }
      id = "";
      event = "message";
      data = new StringBuilder();
    } else if (line.startsWith("id: ")) {
      id = line.substring(4);
    } else if (line.startsWith("event: ")) {
      event = line.substring(7);
    } else if (line.startsWith("data: ")) {
      data.append(line.substring(6));
    }
  }

  /** The status of the response; 0 where the server was not reached. */
  public int status() {
    return status.join();
  }

  /** What was read so far. */
  public List<Frame> frames() {
    return List.copyOf(frames);
  }

  /** Waits until the stream is over. */
  public SseReader untilOver() {
    Awaitility.await("stream is over").atMost(60, TimeUnit.SECONDS).until(over::isDone);
    return this;
  }

  /** Whether the stream is over. */
  public boolean isOver() {
    return over.isDone();
  }

  /** Waits until so many frames came, or the stream is over. */
  public SseReader untilFrames(int count) {
    Awaitility.await(count + " frames")
        .atMost(60, TimeUnit.SECONDS)
        .pollInterval(2, TimeUnit.MILLISECONDS)
        .until(() -> over.isDone() || frames.size() >= count);
    return this;
  }

  /** Waits until a frame of this name came. */
  public SseReader until(String name) {
    Awaitility.await(name)
        .atMost(60, TimeUnit.SECONDS)
        .pollInterval(5, TimeUnit.MILLISECONDS)
        .until(() -> frames.stream().anyMatch(f -> f.event().equals(name)));
    return this;
  }
}
