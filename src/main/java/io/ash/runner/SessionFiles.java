package io.ash.runner;

import io.ash.wire.BundleChunk;
import io.ash.wire.FileChunk;
import io.ash.wire.FileList;
import io.ash.wire.SnapshotRef;
import io.ash.wire.WriteBundle;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files of one session on this runner: the workspace that agent and user see, and the private
 * home. Confined to the runner loop; what blocks happens elsewhere.
 */
interface SessionFiles {
  /**
   * Puts workspace and home in place: the agent's files, or a snapshot of both. Fails with {@link
   * io.ash.model.Refused} WORKSPACE_DAMAGED where no snapshot can be read.
   */
  Future<Basis> furnish();

  /** What the files say at the moment to whoever starts the agent. */
  Future<Instructions> instructions();

  /** Replaces a file, readable by the agent only. */
  Future<Void> write(Place place, String path, String text);

  /**
   * Compares workspace and home with the last snapshot and stores what is new of them.
   *
   * @param looked runs when everything was seen and what is there may change again
   */
  Future<Scan> scan(Runnable looked);

  /** What the last scan found is the newest snapshot now. */
  void attached(String manifest);

  /**
   * Keeps on this runner's disk what cannot be saved; true where there was anything that the newest
   * snapshot has not. What is kept comes back by {@link #furnish} of a later epoch.
   *
   * @param newest manifest of the newest snapshot, empty where that is not known
   */
  Future<Boolean> keep(String newest, Kept.Since since);

  /** Stores these blobs of the last scan, which somebody lost. */
  Future<Void> store(List<String> keys);

  /** Regular files of the workspace. */
  Future<FileList> listFiles(boolean includeHidden);

  /** A part of a file of the workspace. */
  Future<FileChunk> readFile(String path, long offset, int length);

  /** Replaces or creates a file of the workspace. */
  Future<Void> writeFile(String path, Buffer bytes);

  /** Removes a file of the workspace. */
  Future<Void> deleteFile(String path);

  /** The next part of the packed workspace. */
  Future<BundleChunk> readBundle(String handle);

  /** Takes a part of a bundle that is unpacked over the workspace when it is complete. */
  Future<Void> writeBundle(WriteBundle call);

  /** Begins nothing new; completes when no work on the files is under way. */
  Future<Void> close();

  /** The two trees of a session. */
  enum Place {
    /** What agent and user see. */
    WORKSPACE,
    /** What the agent's programs keep for themselves. */
    HOME
  }

  /**
   * What the files say to whoever starts the agent.
   *
   * @param install whether there is an install.sh
   * @param startup whether there is a startup.sh
   * @param prompt text of CLAUDE.md, empty for none
   * @param remembered what an earlier process of the agent asked to remember, empty for nothing
   */
  record Instructions(boolean install, boolean startup, String prompt, String remembered) {
    /** The script that runs first, and may reach other places. */
    static final String INSTALL = "install.sh";

    /** The script that runs after it. */
    static final String STARTUP = "startup.sh";

    /** The system prompt. */
    static final String PROMPT = "CLAUDE.md";

    boolean scripts() {
      return install || startup;
    }
  }

  /**
   * What the files began with.
   *
   * @param snapshot null for those of the agent
   * @param damage why it is not the newest snapshot, null where it is
   * @param kept what had been kept on this runner, null for nothing
   * @param recovered whether that is in the files again, beyond the snapshot
   */
  record Basis(
      @Nullable SnapshotRef snapshot,
      @Nullable String damage,
      @Nullable Kept kept,
      boolean recovered) {
    /** A snapshot or the agent's files; nothing had been kept. */
    Basis(@Nullable SnapshotRef snapshot, @Nullable String damage) {
      this(snapshot, damage, null, false);
    }

    /** The last turn whose changes are in the files, 0 for none. */
    int coversTurn() {
      int saved = snapshot == null ? 0 : snapshot.coversTurn();
      return kept != null && recovered ? Math.max(saved, kept.since().coversTurn()) : saved;
    }

    /** The agent's own files. */
    static final Basis AGENT = new Basis(null, null);
  }

  /**
   * A state of both trees that is stored, except for a reference to it.
   *
   * @param manifest key of the manifest
   * @param blobs every key it refers to, the manifest included
   */
  record Scan(String manifest, List<String> blobs) {}
}
