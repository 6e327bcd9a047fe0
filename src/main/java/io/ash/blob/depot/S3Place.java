package io.ash.blob.depot;

import io.ash.config.Env;
import io.ash.config.Secret;
import java.net.URI;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A bucket, and how to reach it.
 *
 * @param prefix what every key in it begins with: empty, or ending with a slash
 * @param endpoint of a server that is not Amazon's
 * @param pathStyle whether the bucket stands in the path of URLs, not in their host name
 * @param keys empty where the machine gives them: a role, a profile, a container's variables
 */
public record S3Place(
    String bucket,
    String prefix,
    String region,
    Optional<URI> endpoint,
    boolean pathStyle,
    Optional<Keys> keys) {
  private static final Pattern URL =
      Pattern.compile("s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(/.*)?");
  private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9!_.*'()/-]{0,512}");

  /** What requests are signed with. */
  public record Keys(String id, Secret secret, Optional<Secret> token) {}

  /**
   * Reads the usual variables {@code AWS_REGION}, {@code AWS_ENDPOINT_URL_S3} or {@code
   * AWS_ENDPOINT_URL}, {@code AWS_ACCESS_KEY_ID}, {@code AWS_SECRET_ACCESS_KEY}, {@code
   * AWS_SESSION_TOKEN}; {@code ASH_S3_REGION}, {@code ASH_S3_ACCESS_KEY_ID} and {@code
   * ASH_S3_SECRET_ACCESS_KEY} win over them; and {@code ASH_S3_PATH_STYLE}.
   */
  static Optional<S3Place> read(Env env, String url) {
    String region = env.text("AWS_REGION", "us-east-1");
    region = env.text("ASH_S3_REGION", region);
    Optional<URI> usual = env.parsed("AWS_ENDPOINT_URL", S3Place::server);
    Optional<URI> ofS3 = env.parsed("AWS_ENDPOINT_URL_S3", S3Place::server);
    Optional<URI> endpoint = ofS3.or(() -> usual);
    boolean pathStyle = env.flag("ASH_S3_PATH_STYLE", endpoint.isPresent());
    Optional<Keys> keys = keys(env, url);
    Matcher place = URL.matcher(url);
    if (!place.matches()) {
      return Optional.empty();
    }
    String path = place.group(2) == null ? "" : place.group(2).replaceAll("^/+|/+$", "");
    if (!PREFIX.matcher(path).matches() || path.contains("//") || path.contains("..")) {
      return Optional.empty();
    }
    String prefix = path.isEmpty() ? "" : path + "/";
    return Optional.of(new S3Place(place.group(1), prefix, region, endpoint, pathStyle, keys));
  }

  private static Optional<Keys> keys(Env env, String url) {
    Optional<String> ownId = env.text("ASH_S3_ACCESS_KEY_ID");
    Optional<Secret> ownSecret = env.secret("ASH_S3_SECRET_ACCESS_KEY");
    Optional<String> id = env.text("AWS_ACCESS_KEY_ID");
    Optional<Secret> secret = env.secret("AWS_SECRET_ACCESS_KEY");
    Optional<Secret> token = env.secret("AWS_SESSION_TOKEN");
    boolean shared = env.flag("CLAUDE_CODE_USE_BEDROCK", false);
    if (ownId.isPresent() != ownSecret.isPresent()) {
      env.problem(
          ownId.isPresent() ? "ASH_S3_SECRET_ACCESS_KEY" : "ASH_S3_ACCESS_KEY_ID",
          "",
          "both ASH_S3_ACCESS_KEY_ID and ASH_S3_SECRET_ACCESS_KEY, or neither");
    }
    if (ownId.isPresent() && ownSecret.isPresent()) {
      return Optional.of(new Keys(ownId.get(), ownSecret.get(), Optional.empty()));
    }
    if (id.isEmpty() || secret.isEmpty()) {
      return Optional.empty();
    }
    if (shared && url.startsWith("s3:")) {
      env.problem(
          "ASH_S3_ACCESS_KEY_ID",
          "",
          "keys for the bucket beside AWS_ACCESS_KEY_ID, because with CLAUDE_CODE_USE_BEDROCK the"
              + " latter are given to agents, who could then read every session");
    }
    return Optional.of(new Keys(id.get(), secret.get(), token));
  }

  private static URI server(String text) {
    URI uri = URI.create(text);
    boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
    if (!web || uri.getHost() == null || uri.getRawQuery() != null) {
      throw new IllegalArgumentException("an address such as https://s3.example.com:9000");
    }
    return uri;
  }

  /** As {@code ASH_SNAPSHOT_URL} says it. */
  String url() {
    return "s3://"
        + bucket
        + (prefix.isEmpty() ? "" : "/" + prefix.substring(0, prefix.length() - 1));
  }
}
