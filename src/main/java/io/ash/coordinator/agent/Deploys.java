package io.ash.coordinator.agent;

import io.ash.blob.Chunks;
import io.ash.blob.Manifest;
import io.ash.blob.ManifestEntry;
import io.ash.blob.RelativePath;
import io.ash.coordinator.store.AgentStore;
import io.ash.coordinator.store.AgentStore.AgentRow;
import io.ash.coordinator.store.AgentStore.Content;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Makes versions of agents: reads files, checks them, stores them, and then moves the row in one
 * statement. Until that statement nothing has changed; when another deploy came first, what builds
 * on the former version begins again.
 */
final class Deploys {
  static final String PROMPT_FILE = "CLAUDE.md";
  private static final String UPLOADED = "uploaded:";
  private static final int TRIES_MOST = 20;

  private final AgentStore store;
  private final Trees trees;
  private final AgentEnv envs;
  private final DeployConfig config;
  private final InstantSource clock;

  Deploys(AgentStore store, Trees trees, AgentEnv envs, DeployConfig config, InstantSource clock) {
    this.store = store;
    this.trees = trees;
    this.envs = envs;
    this.config = config;
    this.clock = clock;
  }

  /** Deploys what is asked for; the row of the new version. */
  Future<AgentRow> deploy(Deploy wish) {
    Optional<String> env =
        Optional.ofNullable(wish.env()).map(e -> envs.sealed(wish.tenant(), wish.name(), e));
    if (wish.source() instanceof Source.Uploaded uploaded) {
      return upload(wish, uploaded, env, TRIES_MOST);
    }
    Consumer<TreeBuilder> reading;
    String path;
    if (wish.source() instanceof Source.ServerPath named) {
      ServerFolder disk = new ServerFolder(config);
      Path folder = disk.resolved(wish.tenant(), named.path());
      path = folder.toString();
      reading = tree -> read(disk, folder, tree);
    } else {
      Source.BuiltIn builtIn = (Source.BuiltIn) wish.source();
      path = "builtin:" + builtIn.name();
      reading = tree -> put(BuiltInAgents.files(builtIn.name()), tree);
    }
    return trees
        .chunks(wish.tenant())
        .compose(
            chunks ->
                trees
                    .working(
                        () -> {
                          TreeBuilder tree = new TreeBuilder(chunks);
                          reading.accept(tree);
                          if (!tree.has(PROMPT_FILE) && wish.systemPrompt() != null) {
                            prompt(tree, wish.systemPrompt());
                          }
                          return completed(tree);
                        })
                    .compose(tree -> content(chunks, tree, path, env)))
        .compose(content -> store.save(wish.tenant(), wish.name(), content, Optional.empty()))
        .map(Optional::orElseThrow);
  }

  /** Changes the files of an agent that is there; the row of the new version. */
  Future<AgentRow> edit(AgentRow row, Consumer<TreeBuilder> edit) {
    return trees
        .chunks(row.tenant())
        .compose(
            chunks ->
                trees
                    .manifest(chunks, row.manifest())
                    .compose(
                        manifest ->
                            trees.working(
                                () -> {
                                  TreeBuilder tree = new TreeBuilder(chunks).with(manifest);
                                  edit.accept(tree);
                                  return completed(tree);
                                }))
                    .compose(tree -> content(chunks, tree, row.path(), Optional.empty())))
        .compose(content -> edited(row, content, edit));
  }

  private Future<AgentRow> edited(AgentRow row, Content content, Consumer<TreeBuilder> edit) {
    return store
        .edit(row.tenant(), row.name(), content, row.revision())
        .compose(
            done ->
                done.isPresent()
                    ? Future.succeededFuture(done.get())
                    : store
                        .find(row.tenant(), row.name())
                        .compose(
                            now ->
                                now.isPresent()
                                    ? edit(now.get(), edit)
                                    : Future.failedFuture(Agents.notFound())));
  }

  /** Adds or replaces uploaded files; throws {@link Refused} naming the first that cannot be. */
  void put(List<Source.UploadedFile> files, TreeBuilder tree) {
    Set<String> seen = new HashSet<>();
    for (Source.UploadedFile file : files) {
      if (!seen.add(file.path())) {
        throw new Refused(
            Refusal.INVALID_REQUEST,
            "The file " + RelativePath.shown(file.path()) + " is there twice");
      }
      tree.file(file.path(), file.content(), clock.millis());
    }
  }

  private Future<AgentRow> upload(
      Deploy wish, Source.Uploaded uploaded, Optional<String> env, int tries) {
    return store
        .find(wish.tenant(), wish.name())
        .compose(
            row ->
                trees
                    .chunks(wish.tenant())
                    .compose(chunks -> uploadOver(wish, uploaded, env, row, chunks))
                    .compose(
                        done ->
                            done.isPresent()
                                ? Future.succeededFuture(done.get())
                                : tries > 1
                                    ? upload(wish, uploaded, env, tries - 1)
                                    : Future.failedFuture(
                                        new Refused(
                                            Refusal.UNAVAILABLE,
                                            "The agent is being changed by others all the time"))));
  }

  private Future<Optional<AgentRow>> uploadOver(
      Deploy wish,
      Source.Uploaded uploaded,
      Optional<String> env,
      Optional<AgentRow> row,
      Chunks chunks) {
    Future<Manifest> former =
        row.filter(r -> r.path().startsWith(UPLOADED))
            .map(r -> trees.manifest(chunks, r.manifest()))
            .orElse(Future.succeededFuture(new Manifest(List.of())));
    return former
        .compose(
            manifest ->
                trees.working(
                    () -> {
                      TreeBuilder tree = new TreeBuilder(chunks).with(manifest);
                      put(uploaded.files(), tree);
                      boolean brought =
                          uploaded.files().stream().anyMatch(f -> f.path().equals(PROMPT_FILE));
                      if (!brought && wish.systemPrompt() != null) {
                        prompt(tree, wish.systemPrompt());
                      } else if (!tree.has(PROMPT_FILE)) {
                        prompt(tree, "# " + wish.name() + "\n");
                      }
                      return completed(tree);
                    }))
        .compose(tree -> content(chunks, tree, UPLOADED + wish.name(), env))
        .compose(
            content ->
                store.save(
                    wish.tenant(),
                    wish.name(),
                    content,
                    Optional.of(row.map(AgentRow::revision).orElseGet(UUID::randomUUID))));
  }

  private void prompt(TreeBuilder tree, String text) {
    tree.file(PROMPT_FILE, Buffer.buffer(text), clock.millis());
  }

  private void put(Map<String, Buffer> files, TreeBuilder tree) {
    files.forEach((path, content) -> tree.file(path, content, clock.millis()));
  }

  /** The tree, if it is an agent; with the program of the default runtime where it names none. */
  private Tree completed(TreeBuilder tree) {
    if (!(tree.at(PROMPT_FILE).orElse(null) instanceof ManifestEntry.File)) {
      throw new Refused(Refusal.INVALID_REQUEST, "Agent directory must contain " + PROMPT_FILE);
    }
    if (!tree.has(AshYaml.FILE) && config.defaultRuntime() == DeployConfig.DefaultRuntime.ECHO) {
      BuiltInAgents.files("echo").forEach((path, content) -> addEcho(tree, path, content));
    }
    return tree.build();
  }

  private void addEcho(TreeBuilder tree, String path, Buffer content) {
    if (path.equals(PROMPT_FILE)) {
      return;
    }
    if (tree.has(path)) {
      throw new Refused(
          Refusal.INVALID_REQUEST,
          "The folder has no ash.yaml, so it would run the echo agent, but its own "
              + path
              + " is in the way; add an ash.yaml that says what to run");
    }
    tree.file(path, content, clock.millis());
  }

  private Future<Content> content(Chunks chunks, Tree tree, String path, Optional<String> env) {
    Future<AgentDefinition> definition =
        tree.manifest()
            .at(AshYaml.FILE)
            .map(entry -> definition(chunks, tree, entry))
            .orElseGet(() -> Future.succeededFuture(AshYaml.absent()));
    return definition.compose(
        checked ->
            trees
                .store(chunks, tree)
                .map(
                    manifest ->
                        new Content(
                            path, manifest, checked.toJson(), env, tree.manifest().chunks())));
  }

  private Future<AgentDefinition> definition(Chunks chunks, Tree tree, ManifestEntry entry) {
    if (!(entry instanceof ManifestEntry.File file)) {
      return Future.failedFuture(
          new Refused(Refusal.INVALID_REQUEST, AshYaml.FILE + " must be a regular file"));
    }
    if (file.size() > AshYaml.MAX_BYTES) {
      return Future.failedFuture(
          new Refused(
              Refusal.INVALID_REQUEST,
              AshYaml.FILE + ": it is longer than " + AshYaml.MAX_BYTES + " bytes"));
    }
    return trees.content(chunks, tree, file).map(AshYaml::read);
  }

  private static void read(ServerFolder disk, Path folder, TreeBuilder tree) {
    try {
      disk.read(folder, tree);
    } catch (IOException e) {
      throw new Refused(
          Refusal.INVALID_REQUEST, "The agent directory cannot be read: " + e.getMessage());
    }
  }
}
