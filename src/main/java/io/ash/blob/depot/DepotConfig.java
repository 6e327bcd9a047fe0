package io.ash.blob.depot;

import io.ash.config.Env;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where new blobs lie: in the database, where neither is given, or in one of them.
 *
 * @param directory absolute
 */
public record DepotConfig(Optional<Path> directory, Optional<S3Place> bucket) {
  /** How {@code ASH_SNAPSHOT_URL} says: in the database. */
  public static final String DATABASE = "db:";

  private static final String EXPECTED = "db:, file:///an/absolute/directory or s3://bucket/prefix";

  /** Reads {@code ASH_SNAPSHOT_URL} and, for a bucket, what {@link S3Place} reads. */
  public static DepotConfig read(Env env) {
    String url = env.text("ASH_SNAPSHOT_URL", DATABASE);
    Optional<S3Place> bucket = S3Place.read(env, url);
    Optional<Path> directory = directory(url);
    if (!url.equals(DATABASE) && bucket.isEmpty() && directory.isEmpty()) {
      env.problem("ASH_SNAPSHOT_URL", url, EXPECTED);
    }
    return new DepotConfig(directory, bucket);
  }

  private static Optional<Path> directory(String url) {
    if (!url.startsWith("file:")) {
      return Optional.empty();
    }
    try {
      URI uri = URI.create(url);
      String path = uri.getPath();
      boolean local = uri.getHost() == null && uri.getRawQuery() == null;
      return local && path != null && path.startsWith("/")
          ? Optional.of(Path.of(path).normalize())
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The place outside the database, not yet touched; nothing for {@code db:}. */
  public Optional<Depot> open() {
    if (directory.isPresent()) {
      return Optional.of(new FileDepot(directory.get()));
    }
    // named only where there is one: the classes behind it are many, and loaded with it
    return bucket.isPresent() ? Optional.of(new S3Depot(bucket.get())) : Optional.empty();
  }
}
