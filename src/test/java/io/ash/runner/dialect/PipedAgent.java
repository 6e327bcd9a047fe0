package io.ash.runner.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.model.Event;
import io.ash.model.EventKind;
import io.ash.model.SessionId;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * One agent process over plain pipes, driven through its dialect by the thread of a test, without a
 * jail: a home and a workspace stand where the jail would show them.
 */
final class PipedAgent implements AutoCloseable {
  private static final long LIMIT_SECONDS = 60;
  private static final String END_OF_OUTPUT = "\0end";
  private static final String TOO_LONG = "\0too long";

  private final Dialect dialect;
  private final Path workspace;
  private final Path home;
  private final Map<String, String> environment;
  private final BlockingQueue<String> output = new LinkedBlockingQueue<>();
  private Process process;
  private String remembered;

  PipedAgent(
      Program program,
      SessionId session,
      Path root,
      Map<String, String> environment,
      String remembered)
      throws IOException {
    dialect = new Dialects(() -> 0, Map.of()).open(program, session, remembered);
    this.remembered = remembered;
    workspace = Files.createDirectories(root.resolve("workspace"));
    home = Files.createDirectories(root.resolve("home"));
    this.environment = environment;
  }

  /** The text the dialect wants kept. */
  String remembered() {
    return remembered;
  }

  void launch(boolean resumed, AgentSettings settings, TurnOptions options) throws IOException {
    AgentCommand command = dialect.launch(settings, options);
    for (Map.Entry<String, String> file : command.homeFiles().entrySet()) {
      Path path = home.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.getValue());
    }
    List<String> argv = new ArrayList<>();
    command.argv().forEach(a -> argv.add(a.replace(AgentCommand.HOME, home.toString())));
    ProcessBuilder builder = new ProcessBuilder(argv).directory(workspace.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", System.getenv("PATH"));
    builder.environment().put("HOME", home.toString());
    builder.environment().putAll(command.env());
    builder.environment().putAll(environment);
    builder.redirectError(home.resolve("stderr.log").toFile());
    process = builder.start();
    InputStream stdout = process.getInputStream();
    Thread reader = new Thread(() -> read(stdout), "piped-agent");
    reader.setDaemon(true);
    reader.start();
    write(dialect.greet(resumed));
  }

  private void read(InputStream stdout) {
    LineSplitter splitter =
        new LineSplitter(
            LineSplitter.MAX_LINE_BYTES,
            new LineSplitter.Lines() {
              @Override
              public void line(String text) {
                output.add(text);
              }

              @Override
              public void tooLong(int maxBytes) {
                output.add(TOO_LONG);
              }
            });
    byte[] bytes = new byte[8192];
    try {
      for (int n = stdout.read(bytes); n >= 0; n = stdout.read(bytes)) {
        splitter.write(bytes, 0, n);
      }
    } catch (IOException e) {
      // the process was killed: what was read is what there is
    }
    splitter.end();
    output.add(END_OF_OUTPUT);
  }

  void write(List<String> lines) throws IOException {
    OutputStream stdin = process.getOutputStream();
    for (String line : lines) {
      stdin.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    }
    stdin.flush();
  }

  /** Starts a turn, with a new process where the dialect wants one. */
  void start(Turn turn) throws IOException, InterruptedException {
    TurnStart start = dialect.start(turn);
    if (start instanceof TurnStart.Replace) {
      stop();
      launch(true, turn.settings(), turn.options());
      start = dialect.start(turn);
    }
    write(((TurnStart.Go) start).lines());
  }

  void interrupt(int turn) throws IOException {
    write(dialect.interrupt(turn));
  }

  /** Runs a whole turn and returns its events. */
  List<Event> run(Turn turn) throws IOException, InterruptedException {
    start(turn);
    return until(e -> e.kind() == EventKind.END);
  }

  /** Everything the agent says up to the first event that fits. */
  List<Event> until(Predicate<Event> last) throws IOException, InterruptedException {
    List<Event> events = new ArrayList<>();
    while (events.stream().noneMatch(last)) {
      String line = output.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
      assertThat(line).as("a line of the agent within %s s", LIMIT_SECONDS).isNotNull();
      Heard heard;
      if (line.equals(END_OF_OUTPUT)) {
        heard = dialect.exited(Exit.byItself(process.waitFor()));
      } else {
        heard = line.equals(TOO_LONG) ? dialect.hearTooLong() : dialect.hear(line);
      }
      if (heard.remember() != null) {
        remembered = heard.remember();
      }
      write(heard.replies());
      events.addAll(heard.events());
    }
    return events;
  }

  void kill() {
    process.destroyForcibly();
  }

  /** Stops the process between two turns. */
  void stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(5, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
    String line = output.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
    while (line != null && !line.equals(END_OF_OUTPUT)) {
      dialect.hear(line);
      line = output.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
    }
    dialect.exited(Exit.asked(process.exitValue(), "stopped by the test"));
  }

  @Override
  public void close() {
    if (process != null) {
      process.destroyForcibly();
    }
  }
}
