package io.ash.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.blob.BlobKeys;
import io.ash.blob.Chunk;
import io.ash.blob.Chunks;
import io.ash.model.SessionId;
import io.ash.testing.Outcome;
import io.ash.testing.TestPostgres;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The collector and everybody else at one row: each waits behind the other, in both orders. */
@ExtendWith(VertxExtension.class)
class CollectorRacesIT {
  @RegisterExtension static final TestPostgres postgres = TestPostgres.migrated();

  private static final Duration DAY = Duration.ofHours(24);
  private final Chunks chunks = new Chunks(BlobKeys.of("42".repeat(32)));
  private Vertx vertx;
  private Database database;
  private BlobStore blobs;
  private CollectorStore collector;

  @BeforeEach
  void open(Vertx vertx) {
    this.vertx = vertx;
    for (String table : List.of("manifest_blob", "snapshot", "session", "agent", "head", "blob")) {
      postgres.execute("delete from " + table);
    }
    postgres.execute("insert into tenant (id, blob_key) values ('t', 'aa') on conflict do nothing");
    database = postgres.database(vertx);
    blobs = new BlobStore(database);
    collector = new CollectorStore(database);
  }

  private String stored(String text) {
    Chunk chunk = chunks.pack(text.getBytes(StandardCharsets.UTF_8));
    Outcome.of(blobs.put(chunk.key(), chunk.packed()));
    return chunk.key();
  }

  /** A blob that nobody has asked for in two days. */
  private String old(String text) {
    String key = stored(text);
    postgres.execute(
        "update blob set claimed_at = now() - interval '2 days' where key = '" + key + "'");
    return key;
  }

  private List<String> collected(String... keys) {
    return Outcome.of(collector.collect(List.of(keys), DAY)).gone().stream()
        .map(CollectorStore.Gone::key)
        .toList();
  }

  private List<String> unwanted() {
    return Outcome.of(collector.page("", DAY)).unwanted();
  }

  private String session(String agentManifest, String... snapshots) {
    String id = UUID.randomUUID().toString();
    postgres.execute(
        "insert into session (id, tenant, agent_name, agent_version, agent_manifest, runtime)"
            + " values ('"
            + id
            + "', 't', 'a', 1, '"
            + agentManifest
            + "', '{}')");
    postgres.execute(
        "insert into head (session_id, tenant, status, snapshot_no) values ('"
            + id
            + "', 't', 'paused', "
            + snapshots.length
            + ")");
    for (int i = 0; i < snapshots.length; i++) {
      postgres.execute(
          "insert into snapshot (session_id, no, manifest, covers_seq) values ('%s', %d, '%s', 0)"
              .formatted(id, i + 1, snapshots[i]));
    }
    return id;
  }

  private void names(String manifest, String... chunks) {
    for (String chunk : chunks) {
      postgres.execute("insert into manifest_blob values ('" + manifest + "', '" + chunk + "')");
    }
  }

  @Test
  void knowsEverythingThatCanReferToABlob() {
    List<String> references = new ArrayList<>();
    Outcome.of(
            database.query(
                "t",
                "select c.conrelid::regclass::text || '.' || a.attname from pg_constraint c"
                    + " join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]"
                    + " where c.contype = 'f' and c.confrelid = 'blob'::regclass"))
        .forEach(r -> references.add(r.getString(0)));

    assertThat(references)
        .containsExactlyInAnyOrder(
            "manifest_blob.blob_key",
            "manifest_blob.manifest", // its own chunks: they go before it
            "content_blob.blob_key",
            "agent.manifest",
            "session.agent_manifest",
            "snapshot.manifest");
    assertThat(CollectorStore.UNREFERENCED)
        .contains("m.blob_key", "c.blob_key", "a.manifest", "s.agent_manifest", "p.manifest");
  }

  @Test
  void takesOnlyWhatIsOldAndNobodys() {
    String young = stored("young");
    String old = old("old");
    String chunk = old("chunk");
    String manifest = old("manifest");
    String ofAgent = old("of an agent");
    names(manifest, chunk);
    session(ofAgent, manifest);

    assertThat(unwanted()).containsExactly(old);
    assertThat(collected(young, old, chunk, manifest, ofAgent)).containsExactly(old);
  }

  @Test
  void aManifestGoesFirstThenItsChunks() {
    String chunk = old("chunk");
    String shared = old("shared");
    String manifest = old("manifest");
    String other = old("other manifest");
    names(manifest, chunk, shared);
    names(other, shared);
    session(other);

    assertThat(unwanted()).containsExactly(manifest);
    assertThat(collected(manifest)).containsExactly(manifest);
    assertThat(unwanted()).containsExactly(chunk);
    assertThat(collected(chunk, shared)).containsExactly(chunk);
  }

  @Test
  void aVeryLargeManifestGoesInSteps() {
    String manifest = old("large");
    postgres.execute(
        "insert into blob (key, bytes) select 'c' || n, 'x' from generate_series(1, 12000) n");
    postgres.execute(
        "insert into manifest_blob select '"
            + manifest
            + "', 'c' || n from"
            + " generate_series(1, 12000) n");

    List<CollectorStore.Collected> steps = new ArrayList<>();
    do {
      steps.add(Outcome.of(collector.collect(List.of(manifest), DAY)));
    } while (steps.get(steps.size() - 1).more());

    assertThat(steps).hasSize(3);
    assertThat(steps.get(2).gone()).hasSize(1);
    assertThat(steps.get(1).gone()).isEmpty();
  }

  // An attach that has inserted its reference and not committed.

  @Test
  void passesOverABlobThatAnAttachUnderWayRefersTo() {
    String manifest = old("attached");
    String chunk = old("attached chunk");
    String session = session(old("agent"));
    Held attach = Held.open(vertx, postgres);
    attach.does(
        "insert into snapshot (session_id, no, manifest, covers_seq) values ($1, 1, $2, 0)",
        UUID.fromString(session),
        manifest);
    attach.does("insert into manifest_blob values ($1, $2)", manifest, chunk);

    assertThat(collected(manifest, chunk)).isEmpty();

    attach.commit();
    assertThat(collected(manifest, chunk)).isEmpty();
    assertThat(unwanted()).isEmpty();
  }

  // An attach that comes while the collector holds the row.

  @Test
  void anAttachThatWaitsForTheCollectorLearnsThatTheBlobIsMissing() {
    String manifest = old("manifest");
    String chunk = old("chunk");
    String id = session(old("agent"));
    Held collecting = Held.open(vertx, postgres);
    collecting.does("select key from blob where key = $1 for update", chunk);
    collecting.does("delete from blob where key = $1", chunk);

    Future<Boolean> attached =
        new SnapshotStore(database)
            .attachAtRest(
                new SessionId(UUID.fromString(id)), 1, manifest, List.of(manifest, chunk));
    Held.waiting(database, 1);
    collecting.commit();

    assertThat(Outcome.of(attached)).isFalse();
    assertThat(unwanted()).contains(manifest);
  }

  // A claim under way.

  @Test
  void passesOverABlobThatAClaimUnderWayStamps() {
    String key = old("claimed");
    Held claim = Held.open(vertx, postgres);
    claim.does("update blob set claimed_at = now() where key = $1", key);

    assertThat(collected(key)).isEmpty();

    claim.commit();
    assertThat(collected(key)).isEmpty();
  }

  @Test
  void aClaimThatWaitsForTheCollectorIsToldThatTheBlobIsMissing() {
    String key = old("claimed too late");
    Held collecting = Held.open(vertx, postgres);
    collecting.does("select key from blob where key = $1 for update", key);

    Future<List<String>> missing = blobs.missing(List.of(key));
    Held.waiting(database, 1);
    collecting.does("delete from blob where key = $1", key);
    collecting.commit();

    assertThat(Outcome.of(missing)).containsExactly(key);
  }

  // A put under way.

  @Test
  void aPutThatWaitsForTheCollectorStoresTheBlobAgain() {
    String key = old("put again");
    Held collecting = Held.open(vertx, postgres);
    collecting.does("select key from blob where key = $1 for update", key);
    collecting.does("delete from blob where key = $1", key);

    Chunk chunk = chunks.pack("put again".getBytes(StandardCharsets.UTF_8));
    Future<Void> put = blobs.put(chunk.key(), chunk.packed());
    Held.waiting(database, 1);
    collecting.commit();
    Outcome.of(put);

    assertThat(Outcome.of(blobs.get(key))).isEqualTo(chunk.packed());
    assertThat(collected(key)).isEmpty();
  }

  // Between the look of the collector and its lock.

  @Test
  void judgesAgainWhatWasClaimedOrReferredToAfterItLooked() {
    String claimed = old("claimed since");
    String referred = old("referred to since");
    String chunk = old("chunk since");
    String free = old("free");
    List<String> seen = unwanted();
    assertThat(seen).hasSize(4);
    Outcome.of(blobs.missing(List.of(claimed)));
    session(referred);
    names(referred, chunk);

    assertThat(collected(seen.toArray(String[]::new))).containsExactly(free);
  }

  // A fork, a restore or a download that reads a tree whose last reference goes meanwhile.

  @Test
  void aTreeThatLostItsReferenceStaysWholeForADay() {
    String chunk = old("chunk");
    String first = old("first");
    String second = old("second");
    String agent = old("agent");
    names(first, chunk);
    String id = session(agent, first, second);

    postgres.execute("delete from snapshot where manifest = '" + first + "'");
    postgres.execute("update snapshot set manifest = '" + agent + "'");
    assertThat(unwanted()).isEmpty();
    postgres.execute("delete from session where id = '" + id + "'");
    assertThat(unwanted()).isEmpty();
    assertThat(collected(first, second, agent, chunk)).isEmpty();

    postgres.execute("update blob set claimed_at = now() - interval '25 hours'");
    assertThat(collected(first, second, agent, chunk))
        .containsExactlyInAnyOrder(first, second, agent, chunk);
  }

  @Test
  void anAgentThatChangesOrGoesLeavesItsFilesForADay() {
    String before = old("before");
    String after = old("after");
    postgres.execute(
        "insert into agent (id, tenant, name, path, manifest, definition) values"
            + " ('00000000-0000-0000-0000-000000000009', 't', 'x', '', '"
            + before
            + "', '{}')");

    postgres.execute("update agent set manifest = '" + after + "' where name = 'x'");
    assertThat(unwanted()).isEmpty();
    postgres.execute("update blob set claimed_at = now() - interval '25 hours'");
    assertThat(unwanted()).containsExactly(before);
    postgres.execute("delete from agent where name = 'x'");
    assertThat(unwanted()).containsExactly(before);
  }

  @Test
  void aForkThatWaitsKeepsTheSnapshotItReads() {
    String manifest = old("forked");
    String id = session(old("agent"), manifest);
    String child = session(old("agent"));
    Held fork = Held.open(vertx, postgres);
    fork.does("select manifest from snapshot where session_id = $1", UUID.fromString(id));
    postgres.execute("delete from snapshot where session_id = '" + id + "'");

    assertThat(collected(manifest)).isEmpty();

    fork.does(
        "insert into snapshot (session_id, no, manifest, covers_seq) values ($1, 1, $2, 0)",
        UUID.fromString(child),
        manifest);
    fork.commit();
  }

  // Collectors among themselves.

  @Test
  void manyCollectorsAndClaimersNeverFailAndNeverTakeWhatIsReferredTo() {
    List<String> free = IntStream.range(0, 40).mapToObj(i -> old("free " + i)).toList();
    List<String> kept = IntStream.range(0, 40).mapToObj(i -> old("kept " + i)).toList();
    String manifest = old("manifest");
    names(manifest, kept.toArray(String[]::new));
    session(manifest);
    List<String> all = new ArrayList<>(free.subList(0, 20));
    all.addAll(kept.subList(0, 20));

    List<Future<CollectorStore.Collected>> collecting = new ArrayList<>();
    List<Future<List<String>>> claiming = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      collecting.add(collector.collect(all, DAY));
      claiming.add(blobs.missing(kept));
    }
    long gone = collecting.stream().mapToLong(c -> Outcome.of(c).gone().size()).sum();

    claiming.forEach(c -> assertThat(Outcome.of(c)).isEmpty());
    assertThat(gone + Outcome.of(collector.collect(all, DAY)).gone().size()).isEqualTo(20);
  }
}
