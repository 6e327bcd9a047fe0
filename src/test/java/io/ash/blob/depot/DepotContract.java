package io.ash.blob.depot;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.blob.Chunks;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What holds of every depot. */
abstract class DepotContract {
  /** A depot that was probed and that nobody has used. */
  abstract Depot depot() throws Exception;

  static BytesName name(int no) {
    return BytesName.fresh(String.format("%064x", no));
  }

  @Test
  void givesBackWhatWasWritten() throws Exception {
    Depot depot = depot();
    byte[] noise = new byte[Chunks.MAX_PACKED];
    new Random(1).nextBytes(noise);
    BytesName name = name(1);
    depot.write(name, noise);

    assertThat(depot.read(name, noise.length)).hasValue(noise);
    assertThat(depot.read(name, noise.length - 1)).isEmpty();
  }

  @Test
  void hasNothingUnderOtherNames() throws Exception {
    Depot depot = depot();
    depot.write(name(1), new byte[] {1});

    assertThat(depot.read(name(1), 10)).isEmpty();
    assertThat(depot.read(name(2), 10)).isEmpty();
  }

  @Test
  void deletesOnlyWhatIsNamed() throws Exception {
    Depot depot = depot();
    BytesName gone = name(1);
    BytesName other = name(1);
    depot.write(gone, new byte[] {1});
    depot.write(other, new byte[] {2});

    depot.delete(List.of(gone, name(7)));
    depot.delete(List.of(gone));

    assertThat(depot.read(gone, 10)).isEmpty();
    assertThat(depot.read(other, 10)).hasValue(new byte[] {2});
  }

  @Test
  void listsEveryNameOnceInOrder() throws Exception {
    Depot depot = depot();
    Random random = new Random(5);
    List<BytesName> written = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      byte[] key = new byte[32];
      random.nextBytes(key);
      BytesName name = BytesName.fresh(java.util.HexFormat.of().formatHex(key));
      written.add(name);
      depot.write(name, new byte[] {1});
    }
    assertThat(depot.list(null).stream().map(Depot.Lying::name))
        .isSorted()
        .containsExactlyInAnyOrderElementsOf(written);
    List<BytesName> sorted = written.stream().sorted().toList();
    for (int after : new int[] {0, 17, 38, 39}) {
      assertThat(depot.list(sorted.get(after)).stream().map(Depot.Lying::name))
          .containsExactlyElementsOf(sorted.subList(after + 1, sorted.size()));
    }
    assertThat(depot.list(null).get(0).at())
        .isBetween(Instant.now().minusSeconds(600), Instant.now().plusSeconds(600));
  }

  @Test
  void theFirstMarkStays() throws Exception {
    Depot depot = depot();
    assertThat(depot.mark()).isEmpty();
    assertThat(depot.mark("first")).isEqualTo("first");
    assertThat(depot.mark("second")).isEqualTo("first");
    assertThat(depot.mark()).hasValue("first");
  }

  @Test
  void aProbeLeavesNothing() throws Exception {
    Depot depot = depot();
    depot.probe();
    assertThat(depot.list(null)).isEmpty();
    assertThat(depot.mark()).isEmpty();
  }
}
