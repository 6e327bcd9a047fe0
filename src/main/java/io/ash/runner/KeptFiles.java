package io.ash.runner;

import io.ash.blob.BlobKeys;
import io.ash.blob.Blobs;
import io.ash.model.Binding;
import io.ash.model.SessionId;
import io.ash.wire.OpenSandbox;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What sandboxes could not bring into the store before they went, on the runner's own disk: when
 * its session comes back to this runner, it has its files again.
 *
 * <p>Each session has a directory, in it one for each epoch with the packed chunks that the store
 * lacks and, written last, a note. Confined to the runner loop; disk is the workers' affair.
 */
final class KeptFiles {
  private static final Logger LOG = LoggerFactory.getLogger(KeptFiles.class);
  private static final Duration LONGEST = Duration.ofDays(30);
  private static final String NOTE = "note.json";

  private final Path directory;
  private final WorkerExecutor workers;
  private final Map<SessionId, Path> places;

  private KeptFiles(Path directory, WorkerExecutor workers, Map<SessionId, Path> places) {
    this.directory = directory;
    this.workers = workers;
    this.places = places;
  }

  /** Finds what earlier servers kept in a directory, and removes what nobody came for; blocks. */
  static KeptFiles open(Path directory, WorkerExecutor workers, Instant now) throws IOException {
    Files.createDirectories(directory);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    Map<SessionId, Path> places = new HashMap<>();
    for (Path session : list(directory)) {
      SessionId id = SessionId.of(session.getFileName().toString());
      for (Path place : list(session)) {
        if (!places.containsKey(id) && isWanted(place.resolve(NOTE), now)) {
          places.put(id, place);
        } else {
          remove(place);
        }
      }
      if (!places.containsKey(id)) {
        Files.delete(session);
      }
    }
    return new KeptFiles(directory, workers, places);
  }

  private static boolean isWanted(Path note, Instant now) throws IOException {
    return Files.exists(note)
        && Files.getLastModifiedTime(note).toInstant().isAfter(now.minus(LONGEST));
  }

  /** What is kept for a session that is opened now, and was not saved after all. */
  Future<Optional<Kept>> look(OpenSandbox call) {
    Path place = places.get(call.binding().session());
    if (place == null) {
      return Future.succeededFuture(Optional.empty());
    }
    return blocking(() -> Kept.of(new JsonObject(Files.readString(place.resolve(NOTE)))))
        .map(kept -> Optional.of(kept).filter(k -> !k.isIn(call.snapshot())))
        .recover(
            e -> {
              LOG.error("the note of files that were kept cannot be read: {}", place, e);
              return Future.succeededFuture(Optional.empty());
            });
  }

  /** A store, with what is kept for a session in front of it. */
  Blobs before(SessionId session, Blobs store) {
    return new ForwardingBlobs(store) {
      @Override
      public Future<Buffer> get(String key) {
        Path place = places.get(session);
        return place == null || !BlobKeys.isKey(key)
            ? store.get(key)
            : blocking(() -> read(place.resolve(key)))
                .compose(
                    kept -> kept.isPresent() ? Future.succeededFuture(kept.get()) : store.get(key));
      }
    };
  }

  private static Optional<Buffer> read(Path file) throws IOException {
    return Files.exists(file)
        ? Optional.of(Buffer.buffer(Files.readAllBytes(file)))
        : Optional.empty();
  }

  /**
   * Keeps files of one epoch; true where there was anything that its newest snapshot has not.
   *
   * @param pack puts what the store lacks into a place, answers the key of the manifest
   */
  Future<Boolean> put(
      Binding binding, String newest, Kept.Since since, Function<Blobs, Future<String>> pack) {
    SessionId session = binding.session();
    Path place = directory.resolve(session.toString()).resolve(Long.toString(binding.epoch()));
    return blocking(() -> Files.createDirectories(place))
        .compose(made -> pack.apply(in(place)))
        .compose(
            manifest -> {
              if (manifest.equals(newest)) {
                return blocking(() -> abandoned(place)).map(false);
              }
              JsonObject note = new Kept(binding.epoch(), manifest, since).toJson();
              return blocking(() -> write(place.resolve(NOTE), note.toBuffer()))
                  .compose(v -> replace(session, place))
                  .map(true);
            })
        .recover(
            e ->
                blocking(() -> abandoned(place))
                    .transform(gone -> Future.<Boolean>failedFuture(e)));
  }

  private Future<Void> replace(SessionId session, Path place) {
    Path before = places.put(session, place);
    return before == null || before.equals(place)
        ? Future.succeededFuture()
        : blocking(() -> remove(before)).mapEmpty();
  }

  /** The store has everything now. */
  Future<Void> clear(SessionId session) {
    Path place = places.remove(session);
    return place == null ? Future.succeededFuture() : blocking(() -> abandoned(place)).mapEmpty();
  }

  /** A place of its own as a store. */
  private Blobs in(Path place) {
    return new Blobs() {
      @Override
      public Future<List<String>> missing(List<String> keys) {
        return blocking(
            () -> keys.stream().filter(key -> !Files.exists(place.resolve(key))).toList());
      }

      @Override
      public Future<Void> put(String key, Buffer packed) {
        return blocking(() -> write(place.resolve(key), packed)).mapEmpty();
      }

      @Override
      public Future<Buffer> get(String key) {
        return blocking(() -> Buffer.buffer(Files.readAllBytes(place.resolve(key))));
      }
    };
  }

  private static Path write(Path file, Buffer bytes) throws IOException {
    Path part = Files.createTempFile(file.getParent(), "part-", "");
    Files.write(part, bytes.getBytes());
    return Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
  }

  private static Path abandoned(Path place) throws IOException {
    remove(place);
    if (list(place.getParent()).isEmpty()) {
      Files.deleteIfExists(place.getParent());
    }
    return place;
  }

  private static Path remove(Path place) throws IOException {
    for (Path file : list(place)) {
      Files.delete(file);
    }
    Files.deleteIfExists(place);
    return place;
  }

  /** The last first: epochs are numbers. */
  private static List<Path> list(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    List<Path> all = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(directory)) {
      found.forEach(all::add);
    }
    all.sort(Comparator.comparing((Path p) -> p.toString().length()).thenComparing(p -> p));
    Collections.reverse(all);
    return all;
  }

  private <T> Future<T> blocking(Callable<T> work) {
    return workers.executeBlocking(work, false);
  }
}
