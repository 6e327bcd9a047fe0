package io.ash.coordinator.session;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.ash.blob.BlobKeys;
import io.ash.blob.Blobs;
import io.ash.blob.Chunk;
import io.ash.blob.Chunks;
import io.ash.blob.CorruptBlob;
import io.ash.blob.Lanes;
import io.ash.blob.NoSuchBlob;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The content of messages: in its row of the journal while it is small, else in blobs of the
 * tenant, with a row that shows how it begins. Thread-safe.
 */
final class LargeContent {
  /** Bytes of content that a row holds at most. */
  static final int MOST_IN_ROW = 256 << 10;

  /** Characters of a text in a row whose content lies elsewhere. */
  private static final int SHOWN = 1_000;

  private static final String PREFIX = "{\"type\":\"user\",\"content\":";

  private final Blobs blobs;
  private final Agents agents;
  private final Vertx vertx;

  LargeContent(Blobs blobs, Agents agents, Vertx vertx) {
    this.blobs = blobs;
    this.agents = agents;
    this.vertx = vertx;
  }

  /**
   * What a message is in the journal.
   *
   * @param body JSON of the row
   * @param parts keys of the blobs that hold the content, in order; empty where the row does
   */
  record Kept(String body, List<String> parts) {}

  /** Whether content is kept outside its row. */
  static boolean isLarge(String content) {
    return content.length() > MOST_IN_ROW
        || (content.length() > MOST_IN_ROW / 3 && content.getBytes(UTF_8).length > MOST_IN_ROW);
  }

  /** The row of content that is small. */
  static Kept small(String content) {
    return new Kept(PREFIX + content + "}", List.of());
  }

  /** Stores content that is large; nothing refers to its blobs until its row does. */
  Future<Kept> keep(String tenant, String content) {
    return chunks(tenant).compose(chunks -> keep(chunks, content));
  }

  private Future<Kept> keep(Chunks chunks, String content) {
    byte[] bytes = content.getBytes(UTF_8);
    ByteArrayInputStream in = new ByteArrayInputStream(bytes);
    List<String> parts = new ArrayList<>();
    return Lanes.repeat(
            () -> in.available() > 0,
            () ->
                vertx
                    .executeBlocking(() -> chunks.pack(in.readNBytes(Chunks.MAX_CONTENT)))
                    .compose(
                        chunk -> {
                          parts.add(chunk.key());
                          return put(chunk);
                        }))
        .compose(
            stored -> vertx.executeBlocking(() -> new Kept(shown(content, bytes.length), parts)));
  }

  private Future<Void> put(Chunk chunk) {
    return blobs
        .missing(List.of(chunk.key()))
        .compose(
            missing ->
                missing.isEmpty()
                    ? Future.succeededFuture()
                    : blobs.put(chunk.key(), chunk.packed()));
  }

  private static String shown(String content, int size) {
    return new JsonObject()
        .put("type", "user")
        .put("content", shortened(Json.decodeValue(content)))
        .put("large", new JsonObject().put("bytes", size))
        .encode();
  }

  /** The same value with its long texts cut. */
  private static @Nullable Object shortened(@Nullable Object value) {
    if (value instanceof String text) {
      return text.length() <= SHOWN ? text : text.substring(0, end(text)) + "…";
    }
    if (value instanceof JsonArray array) {
      JsonArray all = new JsonArray();
      for (Object each : array.getList()) {
        all.add(shortened(wrapped(each)));
      }
      return all;
    }
    if (value instanceof JsonObject object) {
      JsonObject all = new JsonObject();
      object.getMap().forEach((name, each) -> all.put(name, shortened(wrapped(each))));
      return all;
    }
    return value;
  }

  /** Not between the two halves of a character. */
  private static int end(String text) {
    return Character.isHighSurrogate(text.charAt(SHOWN - 1)) ? SHOWN - 1 : SHOWN;
  }

  @SuppressWarnings("unchecked")
  private static @Nullable Object wrapped(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      return new JsonObject((Map<String, Object>) map);
    }
    return value instanceof List<?> list ? new JsonArray(list) : value;
  }

  /**
   * The content of a message as JSON text. Fails with {@link NoSuchBlob} or {@link CorruptBlob}
   * where it cannot be had any more.
   */
  Future<String> content(String tenant, String body, List<String> parts) {
    if (parts.isEmpty()) {
      return Future.succeededFuture(body.substring(PREFIX.length(), body.length() - 1));
    }
    Buffer all = Buffer.buffer();
    Iterator<String> rest = parts.iterator();
    return chunks(tenant)
        .compose(
            chunks ->
                Lanes.repeat(
                    rest::hasNext,
                    () -> part(chunks, rest.next()).map(part -> appended(all, part))))
        .map(v -> all.toString(UTF_8));
  }

  private static @Nullable Void appended(Buffer all, Buffer part) {
    all.appendBuffer(part);
    return null;
  }

  /** One part of a message, by its key. */
  Future<Buffer> part(String tenant, String key) {
    return chunks(tenant).compose(chunks -> part(chunks, key));
  }

  private Future<Buffer> part(Chunks chunks, String key) {
    return blobs
        .get(key)
        .compose(packed -> vertx.executeBlocking(() -> unpacked(chunks, key, packed)));
  }

  private static Buffer unpacked(Chunks chunks, String key, Buffer packed) throws IOException {
    return Buffer.buffer(chunks.unpack(key, packed));
  }

  /** Whether a failure says that content is gone for good. */
  static boolean isLost(Throwable failure) {
    return failure instanceof NoSuchBlob || failure instanceof CorruptBlob;
  }

  private Future<Chunks> chunks(String tenant) {
    return agents.blobKey(tenant).map(key -> new Chunks(BlobKeys.of(key)));
  }
}
