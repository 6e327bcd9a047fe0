package io.ash.runner.workspace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ash.model.Refusal;
import io.ash.model.Refused;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkspaceFilesTest {
  @TempDir Path root;
  private Grounds grounds;
  private WorkspaceFiles files;

  @BeforeEach
  void open() throws IOException {
    grounds = Grounds.in(root);
    files = grounds.files;
  }

  @Test
  void writesReadsAndRemovesFilesOnNewPaths() throws IOException {
    files.write("src/deep/größe 1.txt", "hello".getBytes(UTF_8), null);

    FilePart part = files.read("src/deep/größe 1.txt", 1, 3);
    assertThat(part.bytes().toString()).isEqualTo("ell");
    assertThat(part.size()).isEqualTo(5);
    assertThat(files.read("src/deep/größe 1.txt", 9, 10).bytes().length()).isZero();
    assertThat(mode("src/deep/größe 1.txt")).isEqualTo("rw-r--r--");
    assertThat(mode("src/deep")).isEqualTo("rwxr-xr-x");

    files.delete("src/deep/größe 1.txt");
    refuses(Refusal.FILE_NOT_FOUND, () -> files.read("src/deep/größe 1.txt", 0, 1))
        .hasMessage("File not found");
    assertThat(grounds.premises.desk()).isEmptyDirectory();
  }

  @Test
  void keepsTheModeOfWhatItReplaces() throws IOException {
    Path script = Files.writeString(grounds.workspace.resolve("run.sh"), "old");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-x---"));

    files.write("run.sh", "new".getBytes(UTF_8), null);

    assertThat(script).hasContent("new");
    assertThat(mode("run.sh")).isEqualTo("rwxr-x---");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/etc/passwd",
        "../outside/secret",
        "a/../../outside/secret",
        ".",
        "a/./b",
        "a//b",
        "a/",
        "nul\0byte",
        "..",
        "\uD800"
      })
  void refusesPathsThatAreNotPlain(String path) throws IOException {
    refuses(Refusal.FILE_REFUSED, () -> files.read(path, 0, 10))
        .hasMessageStartingWith("Invalid file path");
    refuses(Refusal.FILE_REFUSED, () -> files.write(path, new byte[1], null));
    refuses(Refusal.FILE_REFUSED, () -> files.delete(path));
    refuses(Refusal.FILE_REFUSED, () -> files.has(path));
    assertThat(grounds.secret).hasContent("SECRET");
  }

  @Test
  void followsNoLinkInAnyPosition() throws IOException {
    Files.createSymbolicLink(grounds.workspace.resolve("file"), grounds.secret);
    Files.createSymbolicLink(grounds.workspace.resolve("directory"), grounds.outside);
    Files.createSymbolicLink(grounds.workspace.resolve("dangling"), root.resolve("new"));

    refuses(Refusal.FILE_REFUSED, () -> files.read("file", 0, 10)).hasMessage("Path is not a file");
    refuses(Refusal.FILE_REFUSED, () -> files.read("directory/secret", 0, 10));
    refuses(Refusal.FILE_REFUSED, () -> files.write("file", new byte[1], null));
    refuses(Refusal.FILE_REFUSED, () -> files.write("dangling", new byte[1], null));
    refuses(Refusal.FILE_REFUSED, () -> files.write("directory/secret", new byte[1], null));
    refuses(Refusal.FILE_REFUSED, () -> files.write("directory/new", new byte[1], null));
    refuses(Refusal.FILE_REFUSED, () -> files.delete("directory/secret"));
    assertThat(files.list(true)).isEmpty();
    assertThat(grounds.secret).hasContent("SECRET");
    assertThat(grounds.outside).isDirectoryNotContaining("glob:**new");
    assertThat(root.resolve("new")).doesNotExist();
  }

  @Test
  void refusesAWorkspaceThatIsItselfALink() throws IOException {
    Files.delete(grounds.workspace);
    Files.createSymbolicLink(grounds.workspace, grounds.outside);

    refuses(Refusal.FILE_REFUSED, () -> files.read("secret", 0, 10));
  }

  @Test
  void removesALinkAndNotWhereItLeads() throws IOException {
    Path link = Files.createSymbolicLink(grounds.workspace.resolve("file"), grounds.secret);

    files.delete("file");

    assertThat(Files.exists(link, LinkOption.NOFOLLOW_LINKS)).isFalse();
    assertThat(grounds.secret).hasContent("SECRET");
  }

  @Test
  void refusesDirectoriesAndWhatLiesBelowFiles() throws IOException {
    Files.createDirectories(grounds.workspace.resolve("src"));
    Files.writeString(grounds.workspace.resolve("file"), "x");

    refuses(Refusal.FILE_REFUSED, () -> files.read("src", 0, 10)).hasMessage("Path is not a file");
    refuses(Refusal.FILE_REFUSED, () -> files.write("src", new byte[1], null));
    refuses(Refusal.FILE_REFUSED, () -> files.delete("src")).hasMessageContaining("directory");
    refuses(Refusal.FILE_REFUSED, () -> files.read("file/below", 0, 10));
    refuses(Refusal.FILE_REFUSED, () -> files.write("file/below", new byte[1], null));
    assertThat(files.has("src")).isFalse();
    assertThat(files.has("file")).isTrue();
  }

  @Test
  void refusesSockets() throws IOException {
    Path socket = grounds.workspace.resolve("socket");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));

      refuses(Refusal.FILE_REFUSED, () -> files.read("socket", 0, 10));
      refuses(Refusal.FILE_REFUSED, () -> files.write("socket", new byte[1], null));
      refuses(Refusal.FILE_REFUSED, () -> files.delete("socket"));
      assertThat(files.list(true)).isEmpty();
    }
  }

  @Test
  void refusesHardLinksToFilesOfOthers() throws IOException {
    Files.createLink(grounds.workspace.resolve("linked"), grounds.secret);
    int uid = Grounds.ownUid(root);
    Grounds others = Grounds.in(root, new Owner(uid + 1, -1));

    refuses(Refusal.FILE_REFUSED, () -> others.files.read("linked", 0, 10));
    assertThat(files.read("linked", 0, 10).bytes().toString()).isEqualTo("SECRET");
  }

  @Test
  void breaksAHardLinkByWritingInsteadOfWritingThroughIt() throws IOException {
    Files.createLink(grounds.workspace.resolve("linked"), grounds.secret);

    files.write("linked", "changed".getBytes(UTF_8), null);

    assertThat(grounds.secret).hasContent("SECRET");
    assertThat(grounds.workspace.resolve("linked")).hasContent("changed");
  }

  @Test
  void listsRegularFilesByPathAndLeavesOutWhatTheContractLeavesOut() throws IOException {
    for (String path :
        new String[] {
          "b.txt",
          "a/z",
          "a/.hidden",
          "node_modules/x/y",
          ".git/config",
          "yarn.lock",
          "x.pid",
          ".cache/c",
          "tmp/t",
          "__pycache__/p",
          "a/.DS_Store"
        }) {
      Path file = grounds.workspace.resolve(path);
      Files.createDirectories(file.getParent());
      Files.writeString(file, "1234");
    }

    assertThat(files.list(true))
        .extracting(FileFacts::path)
        .containsExactly(".cache/c", "a/.hidden", "a/z", "b.txt", "tmp/t");
    assertThat(files.list(false))
        .extracting(FileFacts::path)
        .containsExactly("a/.hidden", "a/z", "b.txt");
    assertThat(files.list(false)).allMatch(f -> f.size() == 4);
  }

  @Test
  void refusesPartsThatAreTooLong() {
    refuses(Refusal.INVALID_REQUEST, () -> files.read("a", 0, (1 << 20) + 1));
    refuses(Refusal.INVALID_REQUEST, () -> files.read("a", -1, 1));
  }

  private String mode(String path) throws IOException {
    return PosixFilePermissions.toString(
        Files.getPosixFilePermissions(grounds.workspace.resolve(path)));
  }

  private static org.assertj.core.api.AbstractThrowableAssert<?, ?> refuses(
      Refusal refusal, ThrowingCallable call) {
    return assertThatThrownBy(call)
        .isInstanceOfSatisfying(Refused.class, e -> assertThat(e.refusal()).isEqualTo(refusal));
  }
}
