package io.ash.coordinator.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PostgresBinariesTest {
  @ParameterizedTest
  @EnumSource(PostgresBinaries.Machine.class)
  void carriesProgramsForEachMachine(PostgresBinaries.Machine machine) throws Exception {
    try (InputStream archive = machine.open()) {
      assertThat(new TarArchiveInputStream(archive).getNextEntry()).isNotNull();
    }
  }

  @Test
  void knowsBothNamesOfAProcessor() {
    assertThat(PostgresBinaries.Machine.of("x86_64")).isEqualTo(PostgresBinaries.Machine.AMD64);
    assertThat(PostgresBinaries.Machine.of("aarch64")).isEqualTo(PostgresBinaries.Machine.ARM64);
  }

  @Test
  void saysWhatToDoOnAnotherProcessor() {
    assertThatThrownBy(() -> PostgresBinaries.Machine.of("riscv64"))
        .isInstanceOf(CannotStart.class)
        .hasMessageContaining("riscv64")
        .hasMessageContaining("ASH_DATABASE_URL");
  }
}
