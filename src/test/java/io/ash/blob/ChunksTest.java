package io.ash.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChunksTest {
  private final Chunks chunks = new Chunks(BlobKeys.of("00".repeat(32)));

  @Test
  void packsAndUnpacksWhatCompressesAndWhatDoesNot() throws Exception {
    byte[] noise = new byte[Chunks.MAX_CONTENT];
    new Random(1).nextBytes(noise);
    for (byte[] content : List.of(new byte[0], new byte[] {7}, new byte[100_000], noise)) {
      Chunk chunk = chunks.pack(content);

      assertThat(chunk.packed().length()).isLessThanOrEqualTo(Chunks.MAX_PACKED);
      assertThat(chunks.unpack(chunk.key(), chunk.packed())).isEqualTo(content);
    }
    assertThat(chunks.pack(new byte[100_000]).packed().length()).isLessThan(1000);
  }

  @Test
  void cutsAStreamAtFixedPlaces() throws Exception {
    List<Chunk> cut = new ArrayList<>();

    long size =
        chunks.cut(new ByteArrayInputStream(new byte[Chunks.MAX_CONTENT * 2 + 5]), cut::add);

    assertThat(size).isEqualTo(Chunks.MAX_CONTENT * 2L + 5);
    assertThat(cut).hasSize(3);
    assertThat(cut.get(0).key()).isEqualTo(cut.get(1).key()).isNotEqualTo(cut.get(2).key());
    assertThat(Chunks.countFor(size)).isEqualTo(3);
    assertThat(Chunks.countFor(0)).isZero();
    assertThat(Chunks.countFor(Chunks.MAX_CONTENT)).isEqualTo(1);
  }

  @Test
  void namesTheKeyOfADamagedBlob() {
    Chunk chunk = chunks.pack("hello".getBytes(StandardCharsets.UTF_8));
    Buffer other = chunks.pack("hellp".getBytes(StandardCharsets.UTF_8)).packed();
    Buffer cutOff = chunk.packed().slice(0, chunk.packed().length() - 1);
    Buffer odd = Buffer.buffer(new byte[] {9, 1, 2});
    Buffer garbage = Buffer.buffer(new byte[] {1, -1, -1, -1});

    for (Buffer bad : List.of(other, cutOff, odd, garbage, Buffer.buffer())) {
      assertThatThrownBy(() -> chunks.unpack(chunk.key(), bad))
          .isInstanceOfSatisfying(
              CorruptBlob.class, e -> assertThat(e.key()).isEqualTo(chunk.key()))
          .hasMessageContaining(chunk.key());
    }
  }

  @Test
  void doesNotUnpackABomb() {
    Chunk bomb = chunks.pack(new byte[64 << 20]);

    assertThat(bomb.packed().length()).isLessThan(1 << 20);
    assertThatThrownBy(() -> chunks.unpack(bomb.key(), bomb.packed()))
        .isInstanceOf(CorruptBlob.class)
        .hasMessageContaining("more than");
  }

  @Test
  void givesTheSameContentAnotherKeyInAnotherTenant() throws IOException {
    Chunk ours = chunks.pack(new byte[] {1, 2, 3});
    Chunks theirs = new Chunks(BlobKeys.of("11".repeat(32)));

    assertThat(theirs.pack(new byte[] {1, 2, 3}).key()).isNotEqualTo(ours.key());
    assertThatThrownBy(() -> theirs.unpack(ours.key(), ours.packed()))
        .isInstanceOf(CorruptBlob.class);
  }
}
