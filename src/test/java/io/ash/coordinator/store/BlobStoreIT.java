package io.ash.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.blob.BlobKeys;
import io.ash.blob.Chunk;
import io.ash.blob.Chunks;
import io.ash.blob.CorruptBlob;
import io.ash.blob.NoSuchBlob;
import io.ash.testing.Outcome;
import io.ash.testing.TestPostgres;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.junit5.VertxExtension;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

@ExtendWith(VertxExtension.class)
class BlobStoreIT {
  @RegisterExtension static final TestPostgres postgres = TestPostgres.migrated();

  private final Chunks chunks = new Chunks(BlobKeys.of("42".repeat(32)));
  private Database database;
  private BlobStore blobs;

  @BeforeEach
  void open(Vertx vertx) {
    database = postgres.database(vertx);
    blobs = new BlobStore(database);
  }

  private Chunk stored(String text) {
    Chunk chunk = chunks.pack(text.getBytes(StandardCharsets.UTF_8));
    Outcome.of(blobs.put(chunk.key(), chunk.packed()));
    return chunk;
  }

  @Test
  void keepsTheLargestChunkByteForByte() throws Exception {
    byte[] noise = new byte[Chunks.MAX_CONTENT];
    new Random(2).nextBytes(noise);
    Chunk chunk = chunks.pack(noise);
    Outcome.of(blobs.put(chunk.key(), chunk.packed()));

    Buffer read = Outcome.of(blobs.get(chunk.key()));

    assertThat(chunks.unpack(chunk.key(), read)).isEqualTo(noise);
  }

  @Test
  void namesWhatIsMissing() {
    String here = stored("here").key();
    List<String> unknown =
        IntStream.range(0, 2_500).mapToObj(i -> String.format("%064x", i)).toList();
    List<String> asked = new ArrayList<>(unknown);
    asked.add(here);
    asked.add(here);
    Collections.shuffle(asked, new Random(3));

    assertThat(Outcome.of(blobs.missing(asked))).containsExactlyInAnyOrderElementsOf(unknown);
    assertThat(Outcome.of(blobs.missing(List.of()))).isEmpty();
    assertThat(Outcome.failureOf(blobs.get(unknown.get(0)))).isInstanceOf(NoSuchBlob.class);
  }

  @Test
  void stampsWhatSomebodyAsksFor() {
    String asked = stored("asked").key();
    String put = stored("put").key();
    String forgotten = stored("forgotten").key();
    postgres.execute("update ash.blob set claimed_at = now() - interval '2 days'");

    Outcome.of(blobs.missing(List.of(asked)));
    stored("put");

    assertThat(claimedLately()).contains(asked, put).doesNotContain(forgotten);
  }

  @Test
  void asksFromManySidesDoNotLockEachOtherOut() {
    List<String> keys = IntStream.range(0, 200).mapToObj(i -> stored("many " + i).key()).toList();
    postgres.execute("update ash.blob set claimed_at = now() - interval '2 days'");
    Random random = new Random(4);
    List<Future<List<String>>> asks =
        IntStream.range(0, 24)
            .mapToObj(
                i -> {
                  List<String> mixed = new ArrayList<>(keys);
                  Collections.shuffle(mixed, random);
                  return blobs.missing(mixed);
                })
            .toList();

    for (Future<List<String>> ask : asks) {
      assertThat(Outcome.of(ask)).isEmpty();
    }
  }

  @Test
  void damageIsFoundByTheHash() {
    Chunk chunk = stored("precious");
    postgres.execute(
        "update ash.blob set bytes = set_byte(bytes, 3, (get_byte(bytes, 3) + 1) % 256)"
            + " where key = '"
            + chunk.key()
            + "'");

    Buffer damaged = Outcome.of(blobs.get(chunk.key()));

    Assertions.assertThatThrownBy(() -> chunks.unpack(chunk.key(), damaged))
        .isInstanceOf(CorruptBlob.class)
        .hasMessageContaining(chunk.key());
  }

  @Test
  void doesNotStoreWhatCannotBeABlob() {
    for (String key : List.of("", "x", "../../etc", "A".repeat(64))) {
      assertThat(Outcome.failureOf(blobs.put(key, Buffer.buffer("x"))))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(Outcome.failureOf(blobs.put("a".repeat(64), Buffer.buffer())))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private List<String> claimedLately() {
    return Outcome.of(
        database
            .query("t", "select key from blob where claimed_at > now() - interval '1 minute'")
            .map(
                rows -> {
                  List<String> keys = new ArrayList<>();
                  rows.forEach(r -> keys.add(r.getString(0)));
                  return keys;
                }));
  }
}
