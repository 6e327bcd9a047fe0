package io.ash.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ash.blob.Blobs;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlobCacheTest {
  private static final String A = "a".repeat(64);
  private static final String B = "b".repeat(64);

  private final Vertx vertx = Vertx.vertx();
  private final List<String> fetched = new ArrayList<>();
  private Promise<Buffer> slow = Promise.promise();
  @TempDir private Path directory;

  private final Blobs store =
      new Blobs() {
        @Override
        public Future<List<String>> missing(List<String> keys) {
          return Future.succeededFuture(keys);
        }

        @Override
        public Future<Void> put(String key, Buffer packed) {
          return Future.succeededFuture();
        }

        @Override
        public Future<Buffer> get(String key) {
          fetched.add(key);
          return slow.future();
        }
      };

  @AfterEach
  void closeVertx() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private Blobs cache(long maxBytes) throws IOException {
    return BlobCache.open(vertx.fileSystem(), directory, maxBytes).before(store);
  }

  private boolean holds(String key) {
    return Files.exists(directory.resolve(key));
  }

  @Test
  void fetchesOnceAndKeeps() throws Exception {
    Blobs cache = cache(1000);
    Future<Buffer> first = cache.get(A);
    Future<Buffer> second = cache.get(A);
    slow.complete(Buffer.buffer("bytes"));
    assertThat(first.result().toString()).isEqualTo("bytes");
    assertThat(second.result().toString()).isEqualTo("bytes");
    await().until(() -> holds(A));

    Future<Buffer> later = cache(1000).get(A);
    assertThat(later.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS).toString())
        .isEqualTo("bytes");
    assertThat(fetched).containsExactly(A);
  }

  @Test
  void givesASmallBlobFromMemoryOnceItWasUsed() throws Exception {
    slow.complete(Buffer.buffer("bytes"));
    Blobs cache = cache(1000);
    cache.get(A);
    await().until(() -> holds(A));
    Files.delete(directory.resolve(A));

    assertThat(cache.get(A).result()).isEqualTo(Buffer.buffer("bytes"));
    assertThat(fetched).containsExactly(A);
  }

  @Test
  void fetchesAgainWhatSomebodyDeleted() throws Exception {
    slow.complete(Buffer.buffer("bytes"));
    cache(1000).get(A);
    await().until(() -> holds(A));
    Blobs again = cache(1000);
    Files.delete(directory.resolve(A));
    assertThat(again.get(A).toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS))
        .isEqualTo(Buffer.buffer("bytes"));
    assertThat(fetched).hasSize(2);
  }

  @Test
  void readsPastADamagedFileAndReplacesIt() throws Exception {
    slow.complete(Buffer.buffer("bytes"));
    Blobs cache = cache(1000);
    cache.get(A);
    await().until(() -> holds(A));
    Files.writeString(directory.resolve(A), "rotten");

    assertThat(cache.getAnew(A).toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS))
        .isEqualTo(Buffer.buffer("bytes"));
    await().until(() -> Files.readString(directory.resolve(A)).equals("bytes"));
  }

  @Test
  void forgetsTheOldestAboveItsBound() throws Exception {
    slow.complete(Buffer.buffer("x".repeat(200)));
    Blobs cache = cache(800);
    for (char c : "abcdef".toCharArray()) {
      String key = String.valueOf(c).repeat(64);
      cache.get(key);
      await().until(() -> holds(key));
    }
    await().until(() -> !holds(A) && !holds(B));
    try (var left = Files.list(directory)) {
      assertThat(left.count()).isEqualTo(4);
    }
  }

  @Test
  void asksTheStoreForWhatIsNoKey() throws Exception {
    slow.complete(Buffer.buffer("x"));
    cache(1000).get("../../etc/passwd");
    assertThat(fetched).containsExactly("../../etc/passwd");
    try (var left = Files.list(directory)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void removesWhatWasCutShort() throws Exception {
    Files.writeString(directory.resolve("part-3"), "half");
    cache(1000);
    assertThat(holds("part-3")).isFalse();
  }
}
