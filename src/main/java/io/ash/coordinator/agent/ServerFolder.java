package io.ash.coordinator.agent;

import io.ash.blob.Permissions;
import io.ash.blob.RelativePath;
import io.ash.coordinator.auth.Caller;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.Set;

/**
 * Reads an agent folder from the disk of the server, for the default tenant and below the deploy
 * roots only.
 *
 * <p>From the root downwards every directory is opened relative to the one above it and never
 * through a link, so nothing outside is read even if the folder changes meanwhile. Blocks.
 */
final class ServerFolder {
  private static final Set<OpenOption> READ =
      Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

  private final DeployConfig config;

  ServerFolder(DeployConfig config) {
    this.config = config;
  }

  /** The absolute path that a request names; throws {@link Refused} where it must not be read. */
  Path resolved(String tenant, String path) {
    if (!tenant.equals(Caller.DEFAULT_TENANT)) {
      throw refused("Deploy by server path is for the tenant default only; send the files instead");
    }
    if (config.roots().isEmpty()) {
      throw refused(
          "Deploy by server path is off; set ASH_DEPLOY_ROOTS on the server, or send the files");
    }
    try {
      Path folder = config.dataDir().resolve(path).normalize();
      if (config.roots().stream().noneMatch(folder::startsWith)) {
        throw outside(folder);
      }
      return folder;
    } catch (InvalidPathException e) {
      throw refused("path " + RelativePath.shown(path) + " is no path on this server");
    }
  }

  /** Puts everything in the folder into the tree. */
  void read(Path folder, TreeBuilder tree) throws IOException {
    try {
      Path real = folder.toRealPath();
      Path root = null;
      for (Path candidate : config.roots()) {
        if (Files.isDirectory(candidate) && real.startsWith(candidate.toRealPath())) {
          root = candidate.toRealPath();
          break;
        }
      }
      if (root == null) {
        throw outside(folder);
      }
      keepOut(real);
      open(root, real, tree);
    } catch (NoSuchFileException e) {
      throw refused(RelativePath.shown(folder.toString()) + " is not a directory on this server");
    }
  }

  /** The data directory holds keys, the database and sandboxes: only its agents are for reading. */
  private void keepOut(Path real) throws IOException {
    if (!Files.isDirectory(config.dataDir())) {
      return;
    }
    Path data = config.dataDir().toRealPath();
    Path agents = data.resolve("agents");
    if (data.startsWith(real)) {
      throw refused(
          RelativePath.shown(real.toString())
              + " contains the data directory of the server; deploy a folder of its own");
    }
    if (real.startsWith(data) && (!real.startsWith(agents) || real.equals(agents))) {
      throw refused(
          RelativePath.shown(real.toString())
              + " belongs to the server; below its data directory only folders in "
              + agents
              + " can be deployed");
    }
  }

  private void open(Path root, Path real, TreeBuilder tree) throws IOException {
    try (DirectoryStream<Path> top = Files.newDirectoryStream(root)) {
      if (!(top instanceof SecureDirectoryStream<Path> secure)) {
        throw new IOException(root + " is on a file system without directory handles");
      }
      if (root.equals(real)) {
        walk(secure, root, "", tree);
      } else {
        descend(secure, root, root.relativize(real), 0, tree);
      }
    }
  }

  private void descend(
      SecureDirectoryStream<Path> at, Path place, Path way, int step, TreeBuilder tree)
      throws IOException {
    if (step == way.getNameCount()) {
      walk(at, place, "", tree);
      return;
    }
    Path name = way.getName(step);
    try (SecureDirectoryStream<Path> below = below(at, place, name)) {
      descend(below, place.resolve(name), way, step + 1, tree);
    }
  }

  private void walk(SecureDirectoryStream<Path> at, Path place, String prefix, TreeBuilder tree)
      throws IOException {
    for (Path name : at) {
      String path = TreeBuilder.checked(prefix + name.getFileName());
      if (path.indexOf('\ufffd') >= 0) {
        throw refused(
            "The name "
                + RelativePath.shown(path)
                + " is not UTF-8, or the server runs without a UTF-8 locale (LC_ALL=C.UTF-8)");
      }
      take(at, place, name.getFileName(), path, tree);
    }
  }

  private void take(
      SecureDirectoryStream<Path> at, Path place, Path name, String path, TreeBuilder tree)
      throws IOException {
    PosixFileAttributes found =
        at.getFileAttributeView(name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
            .readAttributes();
    long mtime = found.lastModifiedTime().toMillis();
    if (found.isSymbolicLink()) {
      tree.link(path, Files.readSymbolicLink(place.resolve(name)).toString());
    } else if (found.isDirectory()) {
      tree.directory(path, Permissions.mode(found.permissions()), mtime);
      try (SecureDirectoryStream<Path> below = below(at, place, name)) {
        walk(below, place.resolve(name), path + "/", tree);
      }
    } else if (found.isRegularFile()) {
      try (InputStream in = Channels.newInputStream(at.newByteChannel(name, READ))) {
        tree.file(path, in, Permissions.mode(found.permissions()), mtime);
      }
    } else {
      throw refused(
          RelativePath.shown(path) + " is a device, socket or pipe; an agent has files only");
    }
  }

  private static SecureDirectoryStream<Path> below(
      SecureDirectoryStream<Path> at, Path place, Path name) throws IOException {
    try {
      return at.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS);
    } catch (NotDirectoryException e) {
      throw refused(
          RelativePath.shown(place.resolve(name).toString())
              + " is not a directory on this server");
    }
  }

  private static Refused outside(Path folder) {
    return refused(
        "path "
            + RelativePath.shown(folder.toString())
            + " is not below ASH_DEPLOY_ROOTS; send the files instead");
  }

  private static Refused refused(String text) {
    return new Refused(Refusal.INVALID_REQUEST, text);
  }
}
