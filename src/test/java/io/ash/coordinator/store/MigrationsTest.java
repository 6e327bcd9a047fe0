package io.ash.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class MigrationsTest {
  @Test
  void bringsNumberedFilesInOrder() {
    assertThat(Migrations.bundled()).isNotEmpty();
    assertThat(Migrations.bundled().get(0).label()).isEqualTo("V001__baseline");
  }

  @Test
  void doesNotCountLineEndsAsChange() {
    assertThat(new Migration(1, "a", "one;\r\ntwo;\r\n").checksum())
        .isEqualTo(new Migration(1, "a", "one;\ntwo;\n").checksum())
        .isNotEqualTo(new Migration(1, "a", "one;\ntwo;").checksum());
  }

  @Test
  void refusesNumbersThatLeaveOneOut() {
    assertThatThrownBy(
            () -> Migrations.inOrder(List.of(new Migration(3, "c", ""), new Migration(1, "a", ""))))
        .hasMessage("migration V003__c stands where number 2 belongs");
  }

  @Test
  void refusesTheSameNumberTwice() {
    assertThatThrownBy(
            () -> Migrations.inOrder(List.of(new Migration(1, "a", ""), new Migration(1, "b", ""))))
        .hasMessageContaining("stands where number 2 belongs");
  }
}
