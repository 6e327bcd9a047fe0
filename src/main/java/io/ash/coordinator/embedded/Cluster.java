package io.ash.coordinator.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files of the database: made once by initdb, refused where another major made them. */
final class Cluster {
  private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);
  private static final String USER = "ash";

  private final Path home;
  private final Path directory;

  Cluster(Path home) {
    this.home = home;
    this.directory = home.resolve("data");
  }

  Path directory() {
    return directory;
  }

  /** Refuses what this version's programs could not open; touches nothing. */
  void refuseOtherMajor() throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    Path file = directory.resolve("PG_VERSION");
    if (!Files.exists(file)) {
      throw new CannotStart(
          directory
              + " holds no PostgreSQL cluster (PG_VERSION is missing); move it away or restore it"
              + " from a backup, then start again");
    }
    String major = Files.readString(file, StandardCharsets.US_ASCII).strip();
    if (!major.equals(PostgresBinaries.MAJOR)) {
      throw new CannotStart(
          directory
              + " was made by PostgreSQL "
              + major
              + ", this ash brings "
              + PostgresBinaries.MAJOR
              + "; nothing was touched. Start the ash version that made it, or dump it with"
              + " PostgreSQL "
              + major
              + " and restore it into a new ASH_DATA_DIR");
    }
  }

  /** Makes the cluster where it is missing; a half-made one is thrown away and made again. */
  void make(Commands commands, Launcher launcher, PostgresBinaries binaries, Account account)
      throws IOException {
    if (Files.exists(directory)) {
      claim(account);
      return;
    }
    if (!account.hasName()) {
      throw new CannotStart(
          "user "
              + account.uid()
              + " has no entry in /etc/passwd, which PostgreSQL's initdb needs; add one, or set"
              + " ASH_DATABASE_URL to a PostgreSQL server");
    }
    Path fresh = home.resolve("data.new");
    Directories.delete(fresh);
    Directories.create(fresh, "rwx------");
    Directories.own(fresh, account);
    Commands.Result made =
        commands.run(
            launcher.command(
                List.of(
                    launcher.inside(binaries.program("initdb")).toString(),
                    "--pgdata=" + launcher.inside(fresh),
                    "--encoding=UTF8",
                    "--locale=C",
                    "--username=" + USER,
                    "--auth=trust")));
    if (!made.succeeded()) {
      throw new CannotStart(
          "PostgreSQL's initdb failed in " + fresh + ": " + made.output().replace('\n', ' '));
    }
    Files.move(fresh, directory, StandardCopyOption.ATOMIC_MOVE);
    Directories.sync(home);
    LOG.atInfo().addKeyValue("cluster", directory).log("PostgreSQL cluster made");
  }

  /** Mends owner and mode of a cluster that was copied back by root. */
  private void claim(Account account) throws IOException {
    if (Directories.owner(directory) != account.uid()) {
      Directories.ownAll(directory, account);
    }
    String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(directory));
    if (!mode.equals("rwx------") && !mode.equals("rwxr-x---")) {
      Directories.create(directory, "rwx------");
    }
  }

  /** The address of the database, for a server that listens in {@code socket}. */
  static String url(Path socket, String port) {
    String host = java.net.URLEncoder.encode(socket.toString(), StandardCharsets.UTF_8);
    return "postgresql://" + USER + "@/postgres?host=" + host.replace("+", "%20") + "&port=" + port;
  }
}
