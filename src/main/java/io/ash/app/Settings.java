package io.ash.app;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Every setting there is: the one list behind the settings file, the README and the warnings. */
public final class Settings {
  private static final List<Setting> ALL =
      List.of(
          s("ASH_MODE", "standalone", "Which wings run here: standalone or coordinator."),
          s(
              "ASH_HOST",
              "",
              "Address to bind; without it 0.0.0.0 where ASH_API_KEY is set, else 127.0.0.1."),
          s("ASH_PORT", "4100", "Port of the public API; 0 takes any free one."),
          s("ASH_DATA_DIR", "data", "Directory for everything ash keeps on this machine."),
          s("ASH_CONFIG", "conf/ash.yaml", "Settings file; the environment wins over it."),
          s(
              "ASH_API_KEY",
              "",
              "Key of the default tenant; without it the first start makes one in the data directory."),
          s(
              "ASH_CREDENTIAL_KEY",
              "",
              "Secret that seals what sessions keep; standalone makes one in the data directory."),
          s(
              "ASH_INTERNAL_SECRET",
              "",
              "Opens the internal routes; without it they answer on loopback servers only."),
          s(
              "ALLOWED_ORIGINS",
              "",
              "Browser origins that may call, separated by commas; without it any, then without credentials."),
          s("SSE_PER_SESSION_MAX", "64", "Most readers of one session's stream on this server."),
          s(
              "ASH_DATABASE_URL",
              "",
              "PostgreSQL to use: postgresql://user:password@host:port/database; without it the embedded one."),
          s(
              "DATABASE_UNPOOLED_URL",
              "",
              "The same database without the pooler that ASH_DATABASE_URL leads to."),
          s("DATABASE_POOL_MAX", "16", "Most connections of this process to the database."),
          s(
              "ASH_DATABASE_WAIT_SECONDS",
              "60",
              "How long a start waits for a database that does not answer."),
          s(
              "ASH_DEPLOY_ROOTS",
              "",
              "Directories agents may be deployed from by server path, with : between them; standalone: working and data directory."),
          s(
              "ASH_DEFAULT_RUNTIME",
              "claude",
              "What an agent folder without ash.yaml runs: claude or echo."),
          s(
              "ASH_SNAPSHOT_URL",
              "db:",
              "Where files of agents and workspaces lie: db:, file:///directory or s3://bucket/prefix."),
          s("ASH_S3_REGION", "", "Region of that bucket; without it AWS_REGION, else us-east-1."),
          s(
              "ASH_S3_PATH_STYLE",
              "",
              "true where the bucket stands in the path of addresses; without it true with an endpoint."),
          s("ASH_S3_ACCESS_KEY_ID", "", "Key for the bucket; without it AWS_ACCESS_KEY_ID."),
          s("ASH_S3_SECRET_ACCESS_KEY", "", "The secret of that key."),
          s(
              "AWS_ENDPOINT_URL_S3",
              "",
              "Address of a server that speaks S3 and is not Amazon's, such as http://minio:9000."),
          s("AWS_ENDPOINT_URL", "", "The same, where AWS_ENDPOINT_URL_S3 is not set."),
          s(
              "ASH_RETENTION_DAYS",
              "30",
              "Days that an ended session is kept, with all it held; 0 keeps it for ever."),
          s("ASH_MAX_QUEUED_TURNS", "16", "Messages that may wait in one session."),
          s("ASH_OPEN_TIMEOUT_MS", "260000", "How long a caller waits for a sandbox."),
          s("ASH_LEASE_MS", "30000", "How long a runner counts as alive without a heartbeat."),
          s("ASH_BEAT_MS", "2500", "Time between heartbeats of a runner."),
          s("ASH_SWEEP_MS", "30000", "Time between looks for lost runners."),
          s("ASH_SWEEP_JITTER_MS", "5000", "At most added to each of these times."),
          s("ASH_RUNNER_ID", "", "Id of this machine's runner; without it local."),
          s("ASH_MAX_SANDBOXES", "1000", "Most sandboxes of this machine at a time."),
          s(
              "ASH_FREEZE_AFTER_MS",
              "0",
              "How long a session may wait before its processes are frozen until its next message; 0 for never."),
          s(
              "ASH_IDLE_TIMEOUT_MS",
              "1800000",
              "How long a session may wait before its sandbox is given back."),
          s("ASH_MEMORY_RESERVE_MB", "512", "Memory that is left to the machine."),
          s(
              "ASH_MEMORY_OVERCOMMIT",
              "8",
              "How often the rest may be promised to sandboxes: the sum of their limits, divided by it."),
          s("ASH_DISK_RESERVE_MB", "512", "Free disk below which no new sandbox is taken."),
          s(
              "ASH_NETWORK_POLICY",
              "",
              "What agents reach that do not say it themselves: none, allowlist or host;"
                  + " without it allowlist."),
          s(
              "ASH_NETWORK_MAX",
              "host",
              "The widest of these that an agent or a session may ask for."),
          s(
              "ASH_NETWORK_PRIVATE_ALLOW",
              "",
              "Private places that allow-lists may name: ranges such as 10.1.0.0/16 and name:port, separated by commas."),
          s(
              "ASH_SANDBOX_ISOLATION",
              "auto",
              "What stands between agents and this machine: auto, bubblewrap or none."),
          s(
              "ASH_SANDBOX_MEMORY_MB",
              "",
              "Memory of a sandbox that asks for none; without it 2048."),
          s(
              "ASH_SANDBOX_CPU_PERCENT",
              "",
              "Processor time of such a sandbox, 100 is one processor; without it 100."),
          s("ASH_SANDBOX_DISK_MB", "", "Disk of such a sandbox; without it 1024."),
          s(
              "ASH_SANDBOX_MAX_FILES",
              "",
              "Files and directories of such a sandbox; without it 200000."),
          s("ASH_SANDBOX_MAX_PROCESSES", "", "Processes of such a sandbox; without it 64."),
          s(
              "ASH_SANDBOX_OPEN_FILES",
              "",
              "Files each of its processes may have open; without it 4096."),
          s(
              "ASH_SANDBOX_OUTPUT_KB_PER_SECOND",
              "",
              "What each of its processes may write to its outputs before it must wait; without it 32768."),
          s(
              "ASH_SANDBOX_EXEC_SECONDS",
              "",
              "How long a command beside its agent may run; without it 300."),
          s(
              "ASH_DISK_IMAGES",
              "true",
              "As root, give a sandbox whose disk is limited a file system of its own; else it is watched."),
          s(
              "ASH_SNAPSHOT_SKIP",
              "",
              "Files and directories in no snapshot, names with commas, such as node_modules,.cache; agents may name more."),
          s(
              "ASH_SANDBOX_LIMITS_MAX",
              "",
              "The most that agents and sessions may ask for, such as memoryMb=4096,diskMb=8192."),
          s("ANTHROPIC_API_KEY", "", "Key for agents that call this model API."),
          s("ANTHROPIC_BASE_URL", "", "Address of that API, where it is another one."),
          s("ANTHROPIC_CUSTOM_HEADERS", "", "Headers sent to it besides."),
          s(
              "CLAUDE_CODE_EXECUTABLE",
              "",
              "The claude command line; without it claude is looked for on the PATH."),
          s(
              "CLAUDE_CODE_USE_BEDROCK",
              "",
              "1 to reach models through Amazon Bedrock, with the variables that follow."),
          s("AWS_ACCESS_KEY_ID", "", "For Amazon Bedrock, and for a bucket."),
          s("AWS_SECRET_ACCESS_KEY", "", "For Amazon Bedrock, and for a bucket."),
          s("AWS_SESSION_TOKEN", "", "For Amazon Bedrock, and for a bucket."),
          s("AWS_REGION", "", "For Amazon Bedrock, and for a bucket."),
          s("AWS_BEARER_TOKEN_BEDROCK", "", "For Amazon Bedrock."),
          s(
              "ASH_STOP_SECONDS",
              "25",
              "How long an orderly stop may take; what is left is then cut off."),
          s(
              "ASH_LOG_LEVEL",
              "info",
              "Least level that is logged: trace, debug, info, warn or error."),
          s("ASH_LOG_FORMAT", "text", "text for people, json for one object a line."));

  private Settings() {}

  /** All of them, in the order people read them. */
  public static List<Setting> all() {
    return ALL;
  }

  /** Their names. */
  public static Set<String> names() {
    return ALL.stream().map(Setting::name).collect(Collectors.toUnmodifiableSet());
  }

  private static Setting s(String name, String otherwise, String about) {
    return new Setting(name, otherwise, about);
  }
}
