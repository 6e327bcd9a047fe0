package io.ash.coordinator.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ash.model.Refused;
import org.junit.jupiter.api.Test;

class BuiltInAgentsTest {
  @Test
  void everyOneIsAWholeAgent() {
    assertThat(BuiltInAgents.names()).contains("echo");
    for (String name : BuiltInAgents.names()) {
      var files = BuiltInAgents.files(name);
      assertThat(files).as(name).containsKeys("CLAUDE.md", "ash.yaml");
      assertThat(AshYaml.read(files.get("ash.yaml")).warnings()).isEmpty();
    }
  }

  @Test
  void namesThemWhereOneIsUnknown() {
    for (String name : new String[] {"ech", "", "../echo", "echo/"}) {
      assertThatThrownBy(() -> BuiltInAgents.files(name))
          .isInstanceOf(Refused.class)
          .hasMessageContaining("echo");
    }
  }
}
