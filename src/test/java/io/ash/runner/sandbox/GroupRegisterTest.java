package io.ash.runner.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GroupRegisterTest {
  @TempDir Path root;

  private GroupRegister register(String name) {
    return new GroupRegister(root.resolve("register"), name);
  }

  private Path base(String name) throws IOException {
    return Files.createDirectories(root.resolve("cgroup").resolve(name));
  }

  @Test
  void removesTheGroupsOfAServerThatDied() throws IOException {
    Files.createDirectory(root.resolve("register"));
    Path dead = base("ash-dead");
    Files.createDirectory(dead.resolve("s-1"));
    Files.writeString(root.resolve("register/ash-dead"), dead.toString());
    GroupRegister next = register("ash-next");
    next.enter();
    assertThat(dead).doesNotExist();
    assertThat(root.resolve("register/ash-dead")).doesNotExist();
    next.leave();
    assertThat(root.resolve("register")).isEmptyDirectory();
  }

  @Test
  void leavesAServerThatLivesItsGroups() throws IOException {
    GroupRegister one = register("ash-one");
    one.enter();
    Path base = base("ash-one");
    one.note(List.of(base));
    GroupRegister two = register("ash-two");
    two.enter();
    assertThat(base).exists();
    assertThat(root.resolve("register/ash-one")).hasContent(base.toString());
    one.leave();
    two.leave();
  }

  @Test
  void removesNothingWithAnotherName() throws IOException {
    Files.createDirectory(root.resolve("register"));
    Path foreign = base("somebody-elses");
    Files.writeString(root.resolve("register/ash-evil"), foreign.toString());
    GroupRegister next = register("ash-next");
    next.enter();
    assertThat(foreign).exists();
    next.leave();
  }

  @Test
  void keepsTheNoteOfGroupsThatDoNotGo() throws IOException {
    Files.createDirectory(root.resolve("register"));
    Path busy = base("ash-busy");
    Files.writeString(busy.resolve("a-process"), "");
    Files.writeString(root.resolve("register/ash-busy"), busy.toString());
    GroupRegister next = register("ash-next");
    next.enter();
    assertThat(root.resolve("register/ash-busy")).exists();
    next.leave();
  }
}
