package io.ash.app.client;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.parsetools.RecordParser;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Cuts the bytes of an event stream into frames. Confined to the loop that feeds it. */
final class FrameParser implements Handler<Buffer> {
  private final RecordParser lines;
  private final Consumer<Frame> frames;
  private final StringBuilder data = new StringBuilder();
  private String event = "message";

  FrameParser(Consumer<Frame> frames) {
    this.frames = frames;
    this.lines = RecordParser.newDelimited("\n", this::line);
  }

  @Override
  public void handle(Buffer bytes) {
    lines.handle(bytes);
  }

  private void line(Buffer bytes) {
    String line = bytes.toString(StandardCharsets.UTF_8);
    if (line.endsWith("\r")) {
      line = line.substring(0, line.length() - 1);
    }
    if (line.isEmpty()) {
      if (!data.isEmpty()) {
        frames.accept(new Frame(event, new JsonObject(data.toString())));
      }
      data.setLength(0);
      event = "message";
    } else if (line.startsWith("event:")) {
      event = line.substring("event:".length()).strip();
    } else if (line.startsWith("data:")) {
      data.append(line.substring("data:".length()).strip());
    }
  }
}
