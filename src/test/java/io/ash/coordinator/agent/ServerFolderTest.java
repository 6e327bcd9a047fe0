package io.ash.coordinator.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ash.blob.BlobKeys;
import io.ash.blob.Chunks;
import io.ash.blob.Manifest;
import io.ash.blob.ManifestEntry;
import io.ash.model.Refused;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerFolderTest {
  @TempDir Path dir;
  private Path root;
  private Path agent;
  private Path data;
  private ServerFolder folder;

  @BeforeEach
  void layOut() throws IOException {
    root = Files.createDirectory(dir.resolve("root"));
    data = Files.createDirectories(root.resolve("data"));
    Files.writeString(data.resolve("credential-key"), "secret");
    Files.createDirectory(dir.resolve("root-other"));
    Files.writeString(dir.resolve("root-other/CLAUDE.md"), "elsewhere");
    agent = Files.createDirectories(root.resolve("agents/one"));
    Files.writeString(agent.resolve("CLAUDE.md"), "be kind");
    folder =
        new ServerFolder(new DeployConfig(data, List.of(root), DeployConfig.DefaultRuntime.CLAUDE));
  }

  private Manifest read(String path) throws IOException {
    TreeBuilder tree = new TreeBuilder(new Chunks(BlobKeys.of("00".repeat(32))));
    folder.read(folder.resolved("default", path), tree);
    return tree.build().manifest();
  }

  @Test
  void takesFilesDirectoriesModesAndLinksInside() throws Exception {
    Files.createDirectories(agent.resolve("a/empty"));
    Path script = Files.writeString(agent.resolve("a/run.sh"), "#!/bin/sh");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-x--x"));
    Files.createSymbolicLink(agent.resolve("a/up"), Path.of("../CLAUDE.md"));

    Manifest manifest = read(agent.toString());

    assertThat(manifest.entries())
        .extracting(ManifestEntry::path)
        .containsExactly("CLAUDE.md", "a", "a/empty", "a/run.sh", "a/up");
    assertThat(manifest.at("a/run.sh"))
        .get()
        .isInstanceOfSatisfying(
            ManifestEntry.File.class, f -> assertThat(f.mode()).isEqualTo(0751));
    assertThat(manifest.at("a/up")).contains(new ManifestEntry.Link("a/up", "../CLAUDE.md"));
  }

  @Test
  void startsRelativePathsInTheDataDirectory() throws Exception {
    Path managed = Files.createDirectories(data.resolve("agents/two"));
    Files.writeString(managed.resolve("CLAUDE.md"), "two");

    assertThat(read("agents/two").files()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/etc",
        "/",
        "..",
        "../..",
        "../../root-other",
        "../../../../../etc",
        "/root-other"
      })
  void refusesWhatIsOutsideTheRoots(String path) {
    assertThatThrownBy(() -> read(path))
        .isInstanceOf(Refused.class)
        .hasMessageMatching(".*(ASH_DEPLOY_ROOTS|data directory).*");
  }

  @Test
  void isNotMisledByANeighbourWithTheSameBeginning() {
    assertThatThrownBy(() -> read(dir.resolve("root-other").toString()))
        .hasMessageContaining("ASH_DEPLOY_ROOTS");
  }

  @Test
  void doesNotFollowALinkOutOfTheRoots() throws Exception {
    Files.createSymbolicLink(root.resolve("way-out"), dir.resolve("root-other"));

    assertThatThrownBy(() -> read(root.resolve("way-out").toString()))
        .hasMessageContaining("ASH_DEPLOY_ROOTS");
  }

  @Test
  void keepsItsOwnDataDirectoryToItself() throws Exception {
    Files.createDirectories(data.resolve("postgres"));
    Files.createSymbolicLink(root.resolve("sly"), data);

    for (Path own :
        List.of(
            data, data.resolve("postgres"), root, root.resolve("sly"), data.resolve("agents"))) {
      assertThatThrownBy(() -> read(own.toString())).as("%s", own).isInstanceOf(Refused.class);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/etc/passwd",
        "../../data/credential-key",
        "..",
        "../..",
        "sub/../../..",
        "sub/..",
        "./../x"
      })
  void refusesLinksThatLeadOut(String target) throws Exception {
    Files.createDirectory(agent.resolve("sub"));
    Files.createSymbolicLink(agent.resolve("innocent"), Path.of(target));

    assertThatThrownBy(() -> read(agent.toString()))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("\"innocent\"")
        .hasMessageContaining("not inside");
  }

  @Test
  void refusesPipesAndSockets() throws Exception {
    Path socket = agent.resolve("s");
    try (ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      assumeTrue(socket.toString().length() < 100, "the temporary directory has too long a name");
      listening.bind(UnixDomainSocketAddress.of(socket));

      assertThatThrownBy(() -> read(agent.toString()))
          .isInstanceOf(Refused.class)
          .hasMessageContaining("\"s\"")
          .hasMessageContaining("socket");
    }
  }

  @Test
  void refusesTooMuch() throws Exception {
    try (RandomAccessFile sparse = new RandomAccessFile(agent.resolve("big").toFile(), "rw")) {
      sparse.setLength(TreeBuilder.MAX_BYTES + 1);
    }

    assertThatThrownBy(() -> read(agent.toString()))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("64 MiB");
  }

  @Test
  void refusesTooMany() throws Exception {
    for (int i = 0; i <= TreeBuilder.MAX_ENTRIES; i++) {
      Files.createFile(agent.resolve("f" + i));
    }

    assertThatThrownBy(() -> read(agent.toString())).hasMessageContaining("10000 files");
  }

  @Test
  void refusesDeepNesting() throws Exception {
    Files.createDirectories(agent.resolve("d/".repeat(70)));

    assertThatThrownBy(() -> read(agent.toString()))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("deeper");
  }

  @Test
  void isForTheDefaultTenantAndConfiguredRootsOnly() {
    ServerFolder off =
        new ServerFolder(new DeployConfig(data, List.of(), DeployConfig.DefaultRuntime.CLAUDE));

    assertThatThrownBy(() -> folder.resolved("acme", agent.toString()))
        .hasMessageContaining("tenant default only");
    assertThatThrownBy(() -> off.resolved("default", agent.toString()))
        .hasMessageContaining("ASH_DEPLOY_ROOTS");
    assertThatThrownBy(() -> folder.resolved("default", "a\0b")).isInstanceOf(Refused.class);
  }

  @Test
  void saysWhatIsNotThere() {
    assertThatThrownBy(() -> read(root.resolve("missing").toString()))
        .hasMessageContaining("not a directory");
    assertThatThrownBy(() -> read(agent.resolve("CLAUDE.md").toString()))
        .hasMessageContaining("not a directory");
  }
}
