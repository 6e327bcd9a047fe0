package io.ash.runner.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.model.RuntimeKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExecutablesTest {
  @TempDir Path temporary;
  private Path root;

  @BeforeEach
  void resolveLinksOfTheTemporaryDirectory() throws IOException {
    root = temporary.toRealPath();
  }

  private Path program(String path, String content) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    return file;
  }

  private Programs programs(String path) {
    return new Programs(new Executables(path), null, false);
  }

  @Test
  void needsNothingForASystemProgram() {
    Executable sh = new Executables("/usr/bin:/bin").find("sh").orElseThrow();

    assertThat(sh.file().getFileName()).hasToString("sh");
    assertThat(sh.readOnlyBinds()).isEmpty();
    assertThat(sh.searchPath()).isEmpty();
  }

  @Test
  void bindsTheBinAndTheLibBesideIt() throws IOException {
    Path tool = program("opt/tool/bin/tool", "\u007fELF");
    Files.createDirectories(root.resolve("opt/tool/lib"));
    Files.createDirectories(root.resolve("opt/tool/secrets"));

    Executable found = new Executables(tool.getParent().toString()).find("tool").orElseThrow();

    assertThat(found.file()).isEqualTo(tool);
    assertThat(found.readOnlyBinds())
        .containsExactly(root.resolve("opt/tool/bin"), root.resolve("opt/tool/lib"));
    assertThat(found.searchPath()).containsExactly(root.resolve("opt/tool/bin"));
  }

  @Test
  void bindsALoneFileAlone() throws IOException {
    Path tool = program("home/me/tool", "\u007fELF");

    Executable found = new Executables("").find(tool.toString()).orElseThrow();

    assertThat(found.readOnlyBinds()).containsExactly(tool);
  }

  @Test
  void followsLinksToTheRealFile() throws IOException {
    Path real = program("x/node_modules/@a/code-linux/claude", "\u007fELF");
    Path link = root.resolve("bin/claude");
    Files.createDirectories(link.getParent());
    Files.createSymbolicLink(link, Path.of("../x/node_modules/@a/code-linux/claude"));

    Executable found = new Executables(link.getParent().toString()).find("claude").orElseThrow();

    assertThat(found.file()).isEqualTo(real);
    assertThat(found.readOnlyBinds()).containsExactly(root.resolve("x/node_modules"));
  }

  @Test
  void bringsTheInterpreterOfAScript() throws IOException {
    Path node = program("node/bin/node", "\u007fELF");
    Path script = program("tools/run.js", "#!/usr/bin/env node\n");

    Executable found =
        new Executables(node.getParent().toString()).find(script.toString()).orElseThrow();

    assertThat(found.readOnlyBinds()).containsExactly(script, node.getParent());
    assertThat(found.searchPath()).contains(node.getParent());
  }

  @Test
  void doesNotFindAScriptWithoutItsInterpreter() throws IOException {
    Path script = program("tools/run.js", "#!/usr/bin/env no-such-interpreter\n");
    Path circle = program("tools/circle", "#!" + root.resolve("tools/circle") + "\n");

    assertThat(new Executables("/usr/bin").find(script.toString())).isEmpty();
    assertThat(new Executables("/usr/bin").find(circle.toString())).isEmpty();
  }

  @Test
  void findsNothingUnderOddNames() throws IOException {
    Path file = Files.writeString(root.resolve("plain"), "not executable");
    Executables executables = new Executables(root + "::relative:" + root.resolve("none"));

    for (String name : List.of("", "plain", "../bin/sh", "a/b", "a\0b", "/a\0b", root.toString())) {
      assertThat(executables.find(name)).as(name).isEmpty();
    }
    assertThat(executables.find(file.toString())).isEmpty();
  }

  @Test
  void saysWhatToInstallForClaude() {
    assertThatThrownBy(() -> programs(root.toString()).find(RuntimeKind.CLAUDE, List.of()))
        .isInstanceOfSatisfying(
            Refused.class,
            r -> {
              assertThat(r.refusal()).isEqualTo(Refusal.RUNTIME_NOT_AVAILABLE);
              assertThat(r.text()).contains("npm install -g @anthropic-ai/claude-code");
            });
  }

  @Test
  void takesTheNamedClaude() throws IOException {
    Path claude = program("somewhere/claude", "\u007fELF");

    Program program =
        new Programs(new Executables(""), claude.toString(), false)
            .find(RuntimeKind.CLAUDE, List.of());

    assertThat(program.argv()).containsExactly(claude.toString());
  }

  @Test
  void refusesWhatAnotherUserCannotReach() throws IOException {
    Path tool = program("closed/opt/tool", "\u007fELF");
    Files.setPosixFilePermissions(
        root.resolve("closed"), PosixFilePermissions.fromString("rwx------"));
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
    Programs others = new Programs(new Executables(""), null, true);

    assertThatThrownBy(() -> others.find(RuntimeKind.JSONL, List.of(tool.toString())))
        .isInstanceOfSatisfying(
            Refused.class,
            r -> {
              assertThat(r.refusal()).isEqualTo(Refusal.RUNTIME_NOT_AVAILABLE);
              assertThat(r.text()).contains("who may not enter");
            });
    assertThat(Executables.closedToOthers(Path.of("/usr/bin/env"))).isEmpty();
  }

  @Test
  void keepsArgumentsAndFilesOfTheAgent() {
    assertThat(programs("/usr/bin:/bin").find(RuntimeKind.JSONL, List.of("sh", "agent.sh")).argv())
        .last()
        .isEqualTo("agent.sh");
    assertThat(programs("").find(RuntimeKind.JSONL, List.of("./agent", "x")).argv())
        .containsExactly("./agent", "x");
  }

  @Test
  void refusesWhatItCannotRun() {
    assertRefused(RuntimeKind.ACP, List.of("x"), Refusal.NOT_SUPPORTED_YET);
    assertRefused(RuntimeKind.JSONL, List.of(), Refusal.INVALID_REQUEST);
    assertRefused(RuntimeKind.JSONL, List.of(" "), Refusal.INVALID_REQUEST);
    assertRefused(RuntimeKind.JSONL, List.of("./a", "b\0"), Refusal.INVALID_REQUEST);
    assertRefused(RuntimeKind.JSONL, List.of("no-such"), Refusal.RUNTIME_NOT_AVAILABLE);
    assertRefused(RuntimeKind.JSONL, List.of("/no/such"), Refusal.RUNTIME_NOT_AVAILABLE);
  }

  private void assertRefused(RuntimeKind runtime, List<String> command, Refusal refusal) {
    assertThatThrownBy(() -> programs("/usr/bin").find(runtime, command))
        .isInstanceOfSatisfying(Refused.class, r -> assertThat(r.refusal()).isEqualTo(refusal));
  }
}
