package io.ash.runner.sandbox;

import io.ash.model.NetworkMode;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The read-only base of every jail: the programs of the host and an /etc of its own, with no user,
 * secret or name of the host in it.
 *
 * <p>That /etc is put together once, in one directory, because every further mount lengthens every
 * start of a process.
 */
final class SystemFiles {
  private static final List<String> TREES =
      List.of("/bin", "/sbin", "/lib", "/lib64", "/lib32", "/libx32");
  private static final List<String> COPIED =
      List.of(
          "alternatives",
          "crypto-policies",
          "ld.so.cache",
          "ld.so.conf",
          "ld.so.conf.d",
          "localtime",
          "pki/ca-trust",
          "pki/tls/certs",
          "ssl/certs",
          "ssl/openssl.cnf");
  private static final Map<String, String> WRITTEN =
      Map.of(
          "passwd", "root:x:0:0::/root:/bin/sh\nagent:x:1000:1000::/home/agent:/bin/sh\n",
          "group", "root:x:0:\nagent:x:1000:\n",
          "nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n",
          "hosts", "127.0.0.1 localhost\n::1 localhost\n",
          "resolv.conf", "");

  private final Path etc;
  private final List<String> trees;

  private SystemFiles(Path etc, List<String> trees) {
    this.etc = etc;
    this.trees = trees;
  }

  /** Puts the base together below an empty directory; blocks. */
  static SystemFiles write(Path directory) throws IOException {
    Path etc = Files.createDirectory(directory.resolve("etc"));
    for (String name : COPIED) {
      copy(Path.of("/etc", name), etc.resolve(name));
    }
    for (Map.Entry<String, String> file : WRITTEN.entrySet()) {
      Path target = etc.resolve(file.getKey());
      Files.writeString(target, file.getValue());
      Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-r--r--"));
    }
    Files.setPosixFilePermissions(etc, PosixFilePermissions.fromString("rwxr-xr-x"));
    return new SystemFiles(etc, trees());
  }

  /** Works on paths, never on their text: a name need not exist in the server's encoding. */
  private static void copy(Path from, Path to) throws IOException {
    if (!Files.isReadable(from) && !Files.isSymbolicLink(from)) {
      return;
    }
    createParents(to);
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes a)
              throws IOException {
            createWorldReadable(to.resolve(from.relativize(dir)));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes a) throws IOException {
            if (a.isSymbolicLink() || (a.isRegularFile() && Files.isReadable(file))) {
              Path target = to.resolve(from.relativize(file));
              Files.copy(
                  file, target, LinkOption.NOFOLLOW_LINKS, StandardCopyOption.COPY_ATTRIBUTES);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static void createParents(Path path) throws IOException {
    Path parent = path.getParent();
    if (parent != null && !Files.exists(parent)) {
      createParents(parent);
      createWorldReadable(parent);
    }
  }

  private static void createWorldReadable(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      Files.createDirectory(directory);
    }
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  static List<String> trees() throws IOException {
    List<String> arguments = new ArrayList<>(List.of("--ro-bind", "/usr", "/usr"));
    for (String tree : TREES) {
      Path path = Path.of(tree);
      if (Files.isSymbolicLink(path)) {
        arguments.addAll(List.of("--symlink", Files.readSymbolicLink(path).toString(), tree));
      } else if (Files.isDirectory(path)) {
        arguments.addAll(List.of("--ro-bind", tree, tree));
      }
    }
    return List.copyOf(arguments);
  }

  /**
   * Arguments of bubblewrap that show this base; blocks.
   *
   * @param reach where the builder of the jail finds a path of the host
   */
  List<String> arguments(HostPaths reach, NetworkMode network) throws IOException {
    List<String> all = new ArrayList<>(trees);
    all.addAll(List.of("--ro-bind", reach.of(etc), "/etc"));
    if (network == NetworkMode.HOST) {
      for (String name : List.of("/etc/hosts", "/etc/resolv.conf")) {
        Path file = Path.of(name);
        if (Files.isRegularFile(file)) {
          all.addAll(List.of("--ro-bind", reach.of(file.toRealPath()), name));
        }
      }
    }
    return all;
  }
}
