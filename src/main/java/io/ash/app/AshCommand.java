package io.ash.app;

import io.ash.app.client.ApiFailure;
import io.ash.config.ConfigProblems;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line: no command starts the server, a command does its work and ends. */
@Command(
    name = "ash",
    description =
        "A self-hosted server for AI-agent sessions.%nWithout a command it starts the server in ASH_MODE.",
    subcommands = {MigrateCommand.class, BenchCommand.class, DemoCommand.class})
final class AshCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(AshCommand.class);

  @Option(
      names = "--no-migrations",
      description =
          "Do not change the database: wait up to 60 s until it has the version this build needs.")
  private boolean noMigrations;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this text.")
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the version.")
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private boolean version;

  @Override
  public Integer call() throws InterruptedException {
    return Lifetime.run(noMigrations);
  }

  /** Runs one command line to its exit code; problems a person can mend are one line each. */
  static int run(String... args) {
    CommandLine line = new CommandLine(new AshCommand());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setUsageHelpWidth(100);
    line.getCommandSpec().version("ash " + Version.text());
    line.getCommandSpec()
        .usageMessage()
        .footer(
            "",
            "Settings come from the environment, then conf/ash.yaml (or ASH_CONFIG).",
            "",
            "Exit codes:",
            ExitCode.table());
    line.setParameterExceptionHandler(AshCommand::misunderstood);
    line.setExecutionExceptionHandler(AshCommand::failed);
    return line.execute(args);
  }

  private static int misunderstood(ParameterException e, String[] args) {
    CommandLine line = e.getCommandLine();
    StringBuilder text = new StringBuilder(String.valueOf(e.getMessage()));
    if (e instanceof UnmatchedArgumentException unmatched) {
      var near = unmatched.getSuggestions();
      if (!near.isEmpty()) {
        text.append("; did you mean '").append(near.get(0)).append("'?");
      }
    }
    text.append(" (").append(line.getCommandSpec().qualifiedName()).append(" --help shows more)");
    line.getErr().println(text);
    return ExitCode.USAGE.code();
  }

  private static int failed(Exception e, CommandLine line, CommandLine.ParseResult result) {
    PrintWriter err = line.getErr();
    if (e instanceof CannotStart reason) {
      err.println("ash: " + reason.line());
      return reason.code().code();
    }
    if (e instanceof ConfigProblems problems) {
      problems.problems().forEach(p -> err.println("ash: " + p));
      return ExitCode.SETTINGS.code();
    }
    if (e instanceof ApiFailure failure) {
      err.println("ash: " + failure.getMessage());
      return ExitCode.FAILED.code();
    }
    err.println("ash: unexpected: " + e);
    LOG.error("this is a fault of ash; please report it with the lines below", e);
    return ExitCode.FAILED.code();
  }
}
