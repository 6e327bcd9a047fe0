package io.ash.runner.sandbox;

import io.ash.process.Spawner;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * File systems of their own for sandboxes whose disk was limited by somebody: an image, sparse,
 * with so many blocks and inodes. Thread-safe; blocks.
 *
 * <p>The server sees the image in its mount table. Builders of jails do not: what a builder sees of
 * it is mounted in a namespace that one small process holds for this sandbox alone, because
 * bubblewrap reads the whole table several times for each process it starts.
 */
final class DiskImages {
  private static final long MIB = 1024L * 1024;
  private static final int INODE = 256;
  private static final String MAKE =
      "mkfs.ext4 -q -F -b 4096 -m 0 -I 256 -N \"$2\" -O ^has_journal,^resize_inode"
          + " -E lazy_itable_init=1,nodiscard \"$1\" && dev=$(losetup --find --show \"$1\")"
          + " && { mount -t ext4 -o nosuid,nodev,noatime,discard \"$dev\" \"$3\"; ok=$?;"
          + " [ $ok -eq 0 ] && echo \"$dev\"; losetup -d \"$dev\"; exit $ok; }";
  private static final String HOLD =
      "mount -t ext4 -o nosuid,nodev,noatime,discard \"$1\" \"$2\" && echo held && exec cat";

  private static final Logger LOG = LoggerFactory.getLogger(DiskImages.class);

  private final Path images;
  private @Nullable Boolean works;
  private final HostPaths reach;
  private final Spawner spawner;

  /**
   * Images below a directory that exists.
   *
   * @param reach where builders of jails find paths of the host
   */
  DiskImages(Path images, HostPaths reach, Spawner spawner) {
    this.images = images;
    this.reach = reach;
    this.spawner = spawner;
  }

  /** Whether this host really lets us; found out once. */
  synchronized boolean work(Path live) {
    if (works == null) {
      works = tried(live);
      if (!works) {
        LOG.warn(
            "limits of disk are soft: no image can be mounted here; it takes loop devices and the"
                + " programs of e2fsprogs and util-linux");
      }
    }
    return works;
  }

  /** One is made, mounted and taken away. */
  private boolean tried(Path live) {
    if (List.of("mkfs.ext4", "losetup", "mount", "unshare", "nsenter").stream()
        .anyMatch(program -> Programs.find(program).isEmpty())) {
      return false;
    }
    Path probe = live.resolve("probe-of-images");
    try {
      Files.createDirectory(probe);
      make(probe, 4, 64).close();
      return true;
    } catch (IOException e) {
      return false;
    } finally {
      remove(probe);
    }
  }

  /** Where the builders of one sandbox find its image. */
  static final class Image {
    private final Path mounted;
    private final Path file;
    private final Process holder;
    private final Spawner spawner;

    private Image(Path mounted, Path file, Process holder, Spawner spawner) {
      this.mounted = mounted;
      this.file = file;
      this.holder = holder;
      this.spawner = spawner;
    }

    /** The mount namespace to enter. */
    String namespace() {
      return "/proc/" + holder.pid() + "/ns/mnt";
    }

    /** Takes the file system away with all that is in it; nothing of the sandbox may run. */
    void close() throws IOException {
      holder.destroyForcibly();
      holder.onExit().join();
      holder.getOutputStream().close();
      holder.getInputStream().close();
      holder.getErrorStream().close();
      unmount(mounted, spawner);
      Files.deleteIfExists(file);
    }
  }

  /**
   * Makes a file system and mounts it.
   *
   * @param on an empty directory
   */
  Image make(Path on, int diskMb, int files) throws IOException {
    Path file = images.resolve(on.getFileName() + ".img");
    long tables = (long) files * INODE;
    long size = diskMb * MIB + diskMb * MIB / 64 + tables + 8 * MIB;
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(1), size - 1);
    }
    boolean mounted = false;
    try {
      String device =
          first(List.of(), MAKE, file.toString(), Integer.toString(files), on.toString());
      mounted = true;
      return new Image(on, file, hold(device, on), spawner);
    } catch (IOException e) {
      if (mounted) {
        unmount(on, spawner);
      }
      Files.deleteIfExists(file);
      throw e;
    }
  }

  private Process hold(String device, Path on) throws IOException {
    List<String> enter = new ArrayList<>();
    String all = reach.namespace();
    if (all != null) {
      enter.addAll(List.of(Programs.need("nsenter", "util-linux"), "--mount=" + all));
    }
    enter.addAll(
        List.of(Programs.need("unshare", "util-linux"), "--mount", "--propagation", "private"));
    Process holder = start(enter, HOLD, device, reach.of(on));
    String said = line(holder);
    if (!said.equals("held")) {
      holder.destroyForcibly();
      throw new IOException("the disk of a sandbox cannot be shown to it: " + said);
    }
    return holder;
  }

  private String first(List<String> before, String script, String... arguments) throws IOException {
    Process process = start(before, script, arguments);
    String[] lines =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .strip()
            .split("\n");
    String text = lines[lines.length - 1];
    if (process.onExit().join().exitValue() != 0 || !text.startsWith("/dev/")) {
      throw new IOException("no file system for a sandbox can be made: " + text);
    }
    return text;
  }

  private Process start(List<String> before, String script, String... arguments)
      throws IOException {
    List<String> line = new ArrayList<>(before);
    line.addAll(List.of("/bin/sh", "-c", script, "ash-image"));
    line.addAll(List.of(arguments));
    ProcessBuilder builder = Spawner.builder(line.toArray(String[]::new));
    builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    builder.redirectErrorStream(true);
    return Spawned.await(spawner.start(builder));
  }

  private static String line(Process process) throws IOException {
    String line =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))
            .readLine();
    return line == null ? "no answer" : line;
  }

  /** Lets go of what is mounted on a directory, even while somebody still reads in it. */
  static void unmount(Path directory, Spawner spawner) throws IOException {
    Process process =
        Spawned.await(
            spawner.start(
                Spawner.builder(Programs.need("umount", "mount"), "--lazy", directory.toString())));
    process.onExit().join();
  }

  private static void remove(Path directory) {
    try {
      DirectoryRemoval.remove(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
