package io.ash.coordinator.agent;

import io.ash.blob.Blobs;
import io.ash.blob.Chunks;
import io.ash.blob.Manifest;
import io.ash.blob.ManifestEntry;
import io.ash.blob.RelativePath;
import io.ash.coordinator.auth.Seals;
import io.ash.coordinator.auth.Tenants;
import io.ash.coordinator.store.AgentStore;
import io.ash.coordinator.store.AgentStore.AgentRow;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The agents of every tenant: deploy, look up, change, delete, and their files.
 *
 * <p>Everything is asked for by tenant and name, so what belongs to another tenant is not found. An
 * answer that fails with {@link Refused} has changed nothing. Thread-safe.
 */
public final class Agents {
  /** Agents one tenant can list. */
  public static final int MOST_LISTED = 10_000;

  private static final int MOST_WARM = 1_000;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,255}");
  private static final int MAX_CONFIG = 64 * 1024;
  private static final int DEPLOYS_AT_ONCE = 4;
  private static final int DEPLOYS_WAITING = 256;

  private final AgentStore store;
  private final Tenants tenants;
  private final AgentEnv envs;
  private final Trees trees;
  private final Deploys deploys;
  private final Turnstile turnstile = new Turnstile(DEPLOYS_AT_ONCE, DEPLOYS_WAITING);

  public Agents(
      Vertx vertx,
      AgentStore store,
      Blobs blobs,
      Tenants tenants,
      Seals seals,
      DeployConfig config,
      InstantSource clock) {
    this.store = store;
    this.tenants = tenants;
    this.envs = new AgentEnv(seals);
    this.trees = new Trees(blobs, tenants, vertx.createSharedWorkerExecutor("ash-agents", 2));
    this.deploys = new Deploys(store, trees, envs, config, clock);
  }

  /** Deploys a folder as version 1 of a new agent or the next version of one that is there. */
  public Future<AgentView> deploy(Deploy wish) {
    if (!NAME.matcher(wish.name()).matches()) {
      return Future.failedFuture(
          new Refused(
              Refusal.INVALID_REQUEST, "name must be 1 to 255 letters, digits, '_' and '-'"));
    }
    return turnstile.run(() -> deploys.deploy(wish)).map(AgentView::of);
  }

  /** The agents of a tenant, by name. */
  public Future<List<AgentView>> list(String tenant) {
    return store.list(tenant, MOST_LISTED).map(rows -> rows.stream().map(AgentView::of).toList());
  }

  public Future<AgentView> get(String tenant, String name) {
    return row(tenant, name).map(AgentView::of);
  }

  /**
   * Changes what is no part of the files and keeps the version.
   *
   * @param env replaces the whole environment; null leaves it
   * @param config keys to set, one level deep; null leaves them
   */
  public Future<AgentView> patch(
      String tenant, String name, @Nullable Map<String, String> env, @Nullable JsonObject config) {
    Supplier<Optional<String>> sealed =
        () -> Optional.ofNullable(env).map(e -> envs.sealed(tenant, name, e));
    return row(tenant, name).compose(row -> patch(row, sealed.get(), config)).map(AgentView::of);
  }

  /** The configuration that clients keep with an agent. */
  public Future<JsonObject> config(String tenant, String name) {
    return row(tenant, name).map(row -> new JsonObject(row.config()));
  }

  /** Deletes an agent; its sessions keep the version they began with. */
  public Future<Void> delete(String tenant, String name) {
    return store
        .delete(tenant, name)
        .compose(there -> there ? Future.succeededFuture() : Future.failedFuture(notFound()));
  }

  /** The agent for a new session; fails with {@code AGENT_NOT_FOUND} naming it. */
  public Future<AgentInUse> forSession(String tenant, String name) {
    return store
        .find(tenant, name)
        .compose(
            row ->
                row.isPresent()
                    ? Future.succeededFuture(row.get())
                    : Future.failedFuture(
                        new Refused(
                            Refusal.AGENT_NOT_FOUND,
                            "Agent " + RelativePath.shown(name) + " not found")))
        .compose(row -> tenants.blobKey(tenant).map(blobKey -> inUse(row, blobKey)));
  }

  /** Agents of all tenants for which sandboxes are kept ready. */
  public Future<List<InTenant>> warm() {
    return store
        .warm(MOST_WARM)
        .compose(
            rows -> {
              List<Future<InTenant>> all =
                  rows.stream()
                      .map(
                          row ->
                              tenants
                                  .blobKey(row.tenant())
                                  .map(key -> new InTenant(row.tenant(), inUse(row, key))))
                      .toList();
              return all.isEmpty()
                  ? Future.succeededFuture(List.<InTenant>of())
                  : Future.all(all).map(v -> all.stream().map(Future::result).toList());
            })
        .map(all -> all.stream().filter(a -> a.agent().warm() > 0).toList());
  }

  /** An agent and whose it is. */
  public record InTenant(String tenant, AgentInUse agent) {}

  /** Everything an agent consists of. */
  public Future<Manifest> files(String tenant, String name) {
    return row(tenant, name)
        .compose(
            row -> trees.chunks(tenant).compose(chunks -> trees.manifest(chunks, row.manifest())));
  }

  /** One regular file of an agent. */
  public Future<ManifestEntry.File> file(String tenant, String name, String path) {
    if (path.isEmpty()) {
      return refused(Refusal.FILE_REFUSED, "File path required");
    }
    try {
      TreeBuilder.checked(path);
    } catch (Refused e) {
      return refused(Refusal.FILE_REFUSED, "Invalid file path");
    }
    return files(tenant, name).compose(manifest -> file(manifest, path));
  }

  /** A chunk of a file that {@link #file} gave, by its key. */
  public Future<Buffer> chunk(String tenant, String key) {
    return trees.chunks(tenant).compose((Chunks chunks) -> trees.chunk(chunks, key));
  }

  /** Adds or replaces files, all or none, as a new version. */
  public Future<AgentView> putFiles(String tenant, String name, List<Source.UploadedFile> files) {
    return edit(tenant, name, tree -> deploys.put(files, tree));
  }

  /** Deletes a file or link, as a new version. */
  public Future<AgentView> deleteFile(String tenant, String name, String path) {
    if (path.isEmpty()) {
      return refused(Refusal.FILE_REFUSED, "File path required");
    }
    try {
      TreeBuilder.checked(path);
    } catch (Refused e) {
      return refused(Refusal.FILE_REFUSED, "Path escapes agent directory");
    }
    return edit(tenant, name, tree -> delete(tree, path));
  }

  static Refused notFound() {
    return new Refused(Refusal.AGENT_NOT_FOUND, "Agent not found");
  }

  private Future<AgentView> edit(String tenant, String name, Consumer<TreeBuilder> edit) {
    return turnstile
        .run(() -> row(tenant, name).compose(row -> deploys.edit(row, edit)))
        .map(AgentView::of);
  }

  private Future<AgentRow> row(String tenant, String name) {
    return store
        .find(tenant, name)
        .compose(
            row ->
                row.isPresent()
                    ? Future.succeededFuture(row.get())
                    : Future.failedFuture(notFound()));
  }

  private Future<AgentRow> patch(AgentRow row, Optional<String> env, @Nullable JsonObject config) {
    Optional<String> merged =
        Optional.ofNullable(config)
            .map(c -> new JsonObject(row.config()).mergeIn(c, false).encode());
    if (merged.isPresent() && merged.get().length() > MAX_CONFIG) {
      return refused(
          Refusal.TOO_LARGE, "The config of an agent can have at most " + MAX_CONFIG + " bytes");
    }
    return store
        .patch(row.tenant(), row.name(), env, merged, row.revision())
        .compose(
            done ->
                done.isPresent()
                    ? Future.succeededFuture(done.get())
                    : row(row.tenant(), row.name()).compose(now -> patch(now, env, config)));
  }

  private AgentInUse inUse(AgentRow row, String blobKey) {
    AgentDefinition definition = AgentDefinition.fromJson(row.definition());
    Map<String, String> env = new LinkedHashMap<>(definition.env());
    env.putAll(envs.opened(row.tenant(), row.name(), row.env()));
    return new AgentInUse(
        row.id(),
        row.name(),
        row.version(),
        row.revision(),
        row.manifest(),
        blobKey,
        definition,
        warm(row.config(), definition),
        Map.copyOf(env));
  }

  /** Clients put into the config what they like: what is no such number does not count. */
  private static int warm(String config, AgentDefinition definition) {
    Object asked = new JsonObject(config).getValue("preWarmCount");
    return asked instanceof Integer count && count >= 0 && count <= 100 ? count : definition.warm();
  }

  private static Future<ManifestEntry.File> file(Manifest manifest, String path) {
    Optional<ManifestEntry> entry = manifest.at(path);
    if (entry.isPresent() && entry.get() instanceof ManifestEntry.File file) {
      return Future.succeededFuture(file);
    }
    boolean above =
        entry.isPresent()
            || manifest.entries().stream().anyMatch(e -> e.path().startsWith(path + "/"));
    return above
        ? refused(Refusal.FILE_REFUSED, "Path is not a file")
        : refused(Refusal.FILE_NOT_FOUND, "File not found");
  }

  private static void delete(TreeBuilder tree, String path) {
    ManifestEntry entry =
        tree.at(path).orElseThrow(() -> new Refused(Refusal.FILE_NOT_FOUND, "File not found"));
    if (entry instanceof ManifestEntry.Directory) {
      throw new Refused(Refusal.FILE_REFUSED, "Path is not a file");
    }
    tree.remove(path);
  }

  private static <T> Future<T> refused(Refusal refusal, String text) {
    return Future.failedFuture(new Refused(refusal, text));
  }
}
