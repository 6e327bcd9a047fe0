package io.ash.runner.sandbox;

import io.ash.model.LimitKind;
import io.ash.process.Spawner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The means of this host: its directories, control groups and users. Thread-safe; blocks. */
final class SandboxHost {
  private static final Logger LOG = LoggerFactory.getLogger(SandboxHost.class);

  private final Path live;
  private final Isolation isolation;
  private final Cgroups cgroups;
  private final Capabilities capabilities;
  private final HostPaths reach;
  private final GroupRegister register;
  private final Launcher launcher;
  private final LimitRules rules;
  private final @Nullable DiskImages images;
  private final @Nullable UidRange uids;
  private final NetworkSpaces networks;
  private final Orphans orphans;

  private SandboxHost(
      Path live,
      Isolation isolation,
      Cgroups cgroups,
      Capabilities capabilities,
      HostPaths reach,
      GroupRegister register,
      Launcher launcher,
      LimitRules rules,
      @Nullable DiskImages images,
      @Nullable UidRange uids,
      NetworkSpaces networks,
      Orphans orphans) {
    this.live = live;
    this.isolation = isolation;
    this.cgroups = cgroups;
    this.capabilities = capabilities;
    this.reach = reach;
    this.register = register;
    this.launcher = launcher;
    this.rules = rules;
    this.images = images;
    this.uids = uids;
    this.networks = networks;
    this.orphans = orphans;
  }

  /** What a sandbox was given. */
  record Made(SandboxPlace place, Cgroup group, LimitsInForce limits) {}

  /** What an earlier server left in the directory of the sandboxes, which is made if missing. */
  static Leftovers leftovers(SandboxConfig config, Spawner spawner) throws IOException {
    Files.createDirectories(config.directory());
    Path directory = config.directory().toRealPath();
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
    return new Leftovers(directory, id(directory), spawner);
  }

  /** Looks at the host; the directory must be free of leftovers. */
  static SandboxHost prepare(SandboxConfig config, Spawner spawner, Leftovers leftovers)
      throws IOException {
    Path directory = config.directory().toRealPath();
    String id = id(directory);
    int uid = (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    GroupRegister register = GroupRegister.ofHost(uid, id);
    register.enter();
    Cgroups cgroups = Cgroups.discover(id, spawner);
    leftovers.remember(cgroups.bases());
    register.note(cgroups.bases());

    boolean plain = config.isolation() == Isolation.NONE;
    boolean root = uid == 0;
    HostPaths reach = new HostPaths(root && !plain, spawner);
    Wrapping wrapping = plain ? new Plain() : bubblewrap(directory, reach, spawner);
    Capabilities capabilities =
        cgroups.capabilities(!plain && Programs.find("prlimit").isPresent());
    LimitRules rules = new LimitRules(capabilities, config.limits(), config.allowed());
    rules.orThrow();
    Path live = directory(directory.resolve("live"), "rwx--x--x");
    DiskImages images =
        root && !plain && config.diskImages()
            ? new DiskImages(directory(directory.resolve("images"), "rwx------"), reach, spawner)
            : null;
    warn(capabilities, plain);
    return new SandboxHost(
        live,
        plain ? Isolation.NONE : Isolation.BUBBLEWRAP,
        cgroups,
        capabilities,
        reach,
        register,
        new Launcher(spawner, wrapping, id),
        rules,
        images,
        root && !plain ? UidRange.ofHost() : null,
        new NetworkSpaces(spawner, root),
        plain ? Orphans.none() : Orphans.adopt());
  }

  private static Bubblewrap bubblewrap(Path directory, HostPaths reach, Spawner spawner)
      throws IOException {
    String program = BubblewrapVersion.need(spawner);
    Path system = directory(directory.resolve("system"), "rwxr-xr-x");
    Path filter = system.resolve("seccomp.bpf");
    Architecture architecture = Architecture.of(System.getProperty("os.arch", ""));
    Files.write(filter, SeccompFilter.forArchitecture(architecture));
    Path launches = directory(directory.resolve("launch"), "rwx------");
    reach.of(directory);
    reach.hold();
    return new Bubblewrap(program, SystemFiles.write(system), reach, filter, launches);
  }

  private static Path directory(Path path, String mode) throws IOException {
    Files.createDirectory(path);
    return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }

  private static void warn(Capabilities capabilities, boolean plain) {
    if (plain) {
      LOG.warn(
          "sandbox isolation is none: agents run as the server's user and can read and write all"
              + " it can; use this only for code you trust");
    }
    List<LimitKind> unheld =
        capabilities.heldBy().entrySet().stream()
            .filter(held -> held.getValue() == Enforcement.NONE)
            .map(Map.Entry::getKey)
            .sorted()
            .toList();
    if (!unheld.isEmpty()) {
      LOG.atWarn()
          .addKeyValue("limits", unheld)
          .log(
              "this host cannot enforce these limits of sandboxes; sessions start without them"
                  + " unless they ask: {}",
              capabilities.remedies().getOrDefault(unheld.get(0), ""));
    }
  }

  /** Names the control groups and processes of one data directory. */
  static String id(Path directory) {
    return "ash-" + digest(directory.toString());
  }

  private static String digest(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 6);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  Made make(Jail jail) throws IOException {
    LimitsInForce limits = rules.settle(jail.limits());
    SandboxPlace place =
        new SandboxPlace(live.resolve(jail.name()), uids == null ? -1 : uids.take(), null);
    try {
      DiskImages disks = images;
      if (disks != null && rules.diskAsked(jail.limits()) && disks.work(live)) {
        limits = limits.withDiskHeldBy(Enforcement.QUOTA);
        Files.createDirectory(place.root());
        DiskImages.Image image =
            disks.make(place.root(), limits.diskMb(), limits.most(LimitKind.FILES));
        place = new SandboxPlace(place.root(), place.uid(), image);
      }
      place.create();
      return new Made(place, cgroups.create(jail.name(), limits), limits);
    } catch (IOException | RuntimeException e) {
      if (place.image() != null) {
        place.remove();
      }
      giveBack(place);
      throw e;
    }
  }

  void giveBack(SandboxPlace place) {
    if (uids != null) {
      uids.giveBack(place.uid());
    }
  }

  boolean usersOfTheirOwn() {
    return uids != null;
  }

  /** A network of its own for one sandbox; fails with {@link SandboxUnavailable}. */
  NetworkSpace network() throws IOException {
    if (isolation == Isolation.NONE) {
      throw new SandboxUnavailable(
          "network mode allowlist needs a sandbox that holds it, and ASH_SANDBOX_ISOLATION is none");
    }
    return networks.open();
  }

  Launcher launcher() {
    return launcher;
  }

  Orphans orphans() {
    return orphans;
  }

  Capabilities capabilities() {
    return capabilities;
  }

  Isolation isolation() {
    return isolation;
  }

  /** Lets go of the shared groups and the process that holds paths. */
  void close() {
    networks.close();
    reach.close();
    cgroups.bases().forEach(Cgroups::remove);
    register.leave();
    orphans.leave();
  }
}
