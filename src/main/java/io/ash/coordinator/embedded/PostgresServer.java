package io.ash.coordinator.embedded;

import io.ash.process.Spawner;
import io.ash.time.Ticker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One cluster on disk and the process that serves it.
 *
 * <p>Every method blocks; one thread at a time. The caller owns the directory. Whoever wants the
 * server kept running uses {@link EmbeddedPostgres}.
 */
public final class PostgresServer {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresServer.class);
  private static final int START_LIMIT_MILLIS = 60_000;
  private static final int POLL_MILLIS = 3;
  private static final int STOP_SECONDS = 10;
  private static final int LOG_MOST = 4 << 20;

  private final Commands commands;
  private final Ticker ticker;
  private final Path home;
  private final Path log;
  private final Path socket;
  private final Cluster cluster;
  private final PostgresBinaries binaries;
  private final Launcher launcher;
  private final ServerSettings settings;

  private PostgresServer(
      Commands commands,
      Ticker ticker,
      Path home,
      Path socket,
      Cluster cluster,
      PostgresBinaries binaries,
      Launcher launcher,
      ServerSettings settings) {
    this.commands = commands;
    this.ticker = ticker;
    this.home = home;
    this.log = home.resolve("server.log");
    this.socket = socket;
    this.cluster = cluster;
    this.binaries = binaries;
    this.launcher = launcher;
    this.settings = settings;
  }

  /**
   * Prepares everything below {@code home}: unpacks the programs, makes the cluster.
   *
   * @param home directory of its own, made where it is missing
   * @param programs directory for the unpacked programs; may be shared by many clusters
   * @throws CannotStart with one line that says why not and what to do
   */
  public static PostgresServer prepare(
      Spawner spawner, Ticker ticker, Path home, Path programs, ServerSettings settings) {
    try {
      Commands commands = new Commands(spawner);
      Cluster cluster = new Cluster(home);
      cluster.refuseOtherMajor();
      Directories.create(home, "rwxr-xr-x");
      Directories.createMissing(programs, "rwxr-xr-x");
      Account account = Account.choose(cluster.directory());
      refuseQuotes(programs);
      PostgresBinaries binaries = PostgresBinaries.below(programs);
      if (programs.equals(home)) {
        binaries.removeOthers();
      }
      Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
      String port = settings.values().getOrDefault("port", "5432");
      Path socket = SocketDirectory.make(home, temporary, port, account);
      Launcher launcher = Launcher.find(commands, account, home, binaries.home(), socket);
      cluster.make(commands, launcher, binaries, account);
      return new PostgresServer(
          commands, ticker, home, socket, cluster, binaries, launcher, settings);
    } catch (IOException e) {
      throw new CannotStart("the embedded PostgreSQL cannot be prepared in " + home + ": " + e, e);
    }
  }

  /**
   * initdb calls its programs through a shell, inside double quotes; as root they are mounted
   * elsewhere.
   */
  private static void refuseQuotes(Path programs) throws IOException {
    if (!Account.own().isRoot()
        && programs.toString().chars().anyMatch(c -> "\"$`\\\n".indexOf(c) >= 0)) {
      throw new CannotStart(
          "the embedded PostgreSQL cannot run in "
              + programs
              + ": its initdb does not bear quotes, dollar signs and backslashes in a path."
              + " Set ASH_DATA_DIR to a path without them");
    }
  }

  /** Where clients connect: a URL that names the socket directory; it holds no password. */
  public String url() {
    return Cluster.url(socket, settings.values().getOrDefault("port", "5432"));
  }

  /** The directory that holds the socket. */
  public Path socketDirectory() {
    return socket;
  }

  /** The directory that holds the data. */
  public Path clusterDirectory() {
    return cluster.directory();
  }

  /**
   * Ends leftovers, starts the server and returns when it accepts connections.
   *
   * @throws CannotStart with the last lines of the server's log
   */
  public Process start() {
    try {
      int ended = new Leftovers(commands, cluster.directory()).end();
      if (ended > 0) {
        LOG.atWarn()
            .addKeyValue("processes", ended)
            .log("PostgreSQL left by an earlier server was ended; starting it anew");
      }
      rotateLog();
      long logFrom = Files.exists(log) ? Files.size(log) : 0;
      ProcessBuilder builder = Commands.builder(launcher.command(program()));
      builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
      Process process = commands.spawn(builder);
      awaitReady(process, logFrom);
      return process;
    } catch (IOException e) {
      throw new CannotStart("PostgreSQL cannot be started: " + e, e);
    }
  }

  /**
   * Fast shutdown; after ten seconds an immediate one, after ten more a kill. Starting again needs
   * {@link #prepare} first.
   */
  public void stop(Process process) {
    try {
      for (String signal : new String[] {"INT", "QUIT"}) {
        commands.signal(signal, process.pid());
        if (process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
          removeFarSocket();
          return;
        }
      }
      new Leftovers(commands, cluster.directory()).end();
      removeFarSocket();
    } catch (IOException e) {
      throw new IllegalStateException("PostgreSQL cannot be stopped: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while PostgreSQL stops", e);
    }
  }

  /** Leaves nothing in the directory for temporary files; {@link #prepare} makes it again. */
  private void removeFarSocket() throws IOException {
    if (!socket.startsWith(home)) {
      Directories.delete(socket);
    }
  }

  private List<String> program() {
    List<String> program = new ArrayList<>();
    program.add(launcher.inside(binaries.program("postgres")).toString());
    program.add("-D");
    program.add(launcher.inside(cluster.directory()).toString());
    program.add("-c");
    String directory = launcher.inside(socket).toString().replace("\"", "\"\"");
    program.add("unix_socket_directories=\"" + directory + "\"");
    program.addAll(settings.arguments());
    return program;
  }

  private void awaitReady(Process process, long logFrom) throws IOException {
    long started = ticker.nanos();
    try {
      while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        if (PidFile.read(cluster.directory()).filter(f -> f.isReady(process.pid())).isPresent()) {
          return;
        }
        if (ticker.millisSince(started) > START_LIMIT_MILLIS) {
          stop(process);
          throw new CannotStart(
              "PostgreSQL was not ready within a minute; its log is " + log + said(logFrom));
        }
      }
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while PostgreSQL starts", e);
    }
    throw new CannotStart(
        "PostgreSQL ended with code "
            + process.exitValue()
            + "; its log is "
            + log
            + said(logFrom));
  }

  private String said(long from) throws IOException {
    if (!Files.exists(log)) {
      return "";
    }
    byte[] all = Files.readAllBytes(log);
    int start = (int) Math.max(Math.min(from, all.length), all.length - 2_000L);
    String text = new String(all, start, all.length - start, StandardCharsets.UTF_8).strip();
    return text.isEmpty() ? "" : ": " + text.replace('\n', ' ');
  }

  private void rotateLog() throws IOException {
    if (Files.exists(log) && Files.size(log) > LOG_MOST) {
      Files.move(log, log.resolveSibling("server.log.1"), StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
