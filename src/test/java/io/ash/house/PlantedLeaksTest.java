package io.ash.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The test of the test: leaks planted on purpose are found and named. */
class PlantedLeaksTest {
  private static final String ROOT = "io.ash.house.planted";
  private static final Leaks LEAKS =
      new Leaks(
          new Rooms(ROOT, Map.of("cellar", Set.of(), "attic", Set.of("cellar"))),
          new ClassFileImporter().importPackages(ROOT));

  @Test
  void namesRoomClassAndForbiddenRoom() {
    assertThat(LEAKS.throughWalls())
        .containsExactly(
            "room cellar: io.ash.house.planted.cellar.Leaky must not import room attic (Attic)");
  }

  @Test
  void findsCallsThatOnlyOtherRoomsMayMake() {
    assertThat(
            LEAKS.calls(
                "asks a clock", a -> a.getTarget().getName().equals("nanoTime"), Set.of("attic")))
        .containsExactly(
            "room cellar: io.ash.house.planted.cellar.Leaky asks a clock with System.nanoTime; only"
                + " attic may");
  }

  @Test
  void findsLibrariesBehindTheWrongDoor() {
    assertThat(LEAKS.throughLibraryDoor("java.util.ArrayList", Set.of())).hasSize(1);
  }

  @Test
  void findsSharedMutableState() {
    assertThat(LEAKS.changingStatics())
        .containsExactly("room cellar: " + ROOT + ".cellar.Leaky.SHARED shares mutable state");
  }
}
