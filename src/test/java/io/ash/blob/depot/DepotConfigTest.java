package io.ash.blob.depot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ash.config.ConfigProblems;
import io.ash.config.Env;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DepotConfigTest {
  private static DepotConfig read(Map<String, String> settings) {
    Env env = new Env(settings);
    DepotConfig config = DepotConfig.read(env);
    env.orThrow();
    return config;
  }

  private static S3Place place(String url, String... more) {
    Map<String, String> settings = new HashMap<>(Map.of("ASH_SNAPSHOT_URL", url));
    for (int i = 0; i < more.length; i += 2) {
      settings.put(more[i], more[i + 1]);
    }
    return read(settings).bucket().orElseThrow();
  }

  @Test
  void filesLieInTheDatabaseUnlessSomethingElseIsSaid() {
    assertThat(read(Map.of()).open()).isEmpty();
    assertThat(read(Map.of("ASH_SNAPSHOT_URL", "db:")).open()).isEmpty();
  }

  @Test
  void readsADirectory() {
    assertThat(read(Map.of("ASH_SNAPSHOT_URL", "file:///srv/a%20b/../files/")).directory())
        .hasValue(Path.of("/srv/files"));
  }

  @Test
  void readsABucketWithItsPrefix() {
    assertThat(place("s3://files").prefix()).isEmpty();
    assertThat(place("s3://files/").prefix()).isEmpty();
    assertThat(place("s3://files/a/b").prefix()).isEqualTo("a/b/");
    assertThat(place("s3://files/a/b/").url()).isEqualTo("s3://files/a/b");
    assertThat(place("s3://files").region()).isEqualTo("us-east-1");
  }

  @Test
  void takesTheUsualVariablesAndItsOwnBeforeThem() {
    S3Place usual =
        place(
            "s3://f-1",
            "AWS_REGION",
            "eu-west-3",
            "AWS_ACCESS_KEY_ID",
            "id",
            "AWS_SECRET_ACCESS_KEY",
            "secret",
            "AWS_SESSION_TOKEN",
            "token");
    assertThat(usual.region()).isEqualTo("eu-west-3");
    assertThat(usual.keys().orElseThrow().token()).isPresent();
    assertThat(usual.pathStyle()).isFalse();
    S3Place own =
        place(
            "s3://f-1",
            "ASH_S3_REGION",
            "r",
            "AWS_REGION",
            "eu-west-3",
            "AWS_ENDPOINT_URL",
            "http://a:1",
            "AWS_ENDPOINT_URL_S3",
            "http://b:2",
            "ASH_S3_ACCESS_KEY_ID",
            "own",
            "ASH_S3_SECRET_ACCESS_KEY",
            "xyzzy",
            "AWS_SESSION_TOKEN",
            "token");
    assertThat(own.region()).isEqualTo("r");
    assertThat(own.endpoint().orElseThrow()).hasToString("http://b:2");
    assertThat(own.pathStyle()).isTrue();
    assertThat(own.keys().orElseThrow().id()).isEqualTo("own");
    assertThat(own.keys().orElseThrow().token()).isEmpty();
    assertThat(own.toString()).doesNotContain("xyzzy");
  }

  @Test
  void doesNotShareItsKeysWithAgents() {
    assertThatThrownBy(
            () ->
                place(
                    "s3://f-1",
                    "CLAUDE_CODE_USE_BEDROCK",
                    "1",
                    "AWS_ACCESS_KEY_ID",
                    "id",
                    "AWS_SECRET_ACCESS_KEY",
                    "secret"))
        .isInstanceOf(ConfigProblems.class)
        .hasMessageContaining("ASH_S3_ACCESS_KEY_ID");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "file:relative",
        "file://host/dir",
        "file:///x?y",
        "s3://",
        "s3:///x",
        "s3://UPPER/x",
        "s3://files/a//b",
        "s3://files/../b",
        "s3://files/a b",
        "gs://bucket/x",
        "/srv/files",
        "postgres:",
        "db:x"
      })
  void refusesWhatItCannotMean(String url) {
    assertThatThrownBy(() -> read(Map.of("ASH_SNAPSHOT_URL", url)))
        .isInstanceOf(ConfigProblems.class)
        .hasMessageContaining("ASH_SNAPSHOT_URL")
        .hasMessageContaining("s3://bucket/prefix");
  }

  @Test
  void refusesHalfAKeyAndAnEndpointThatIsNone() {
    assertThatThrownBy(() -> place("s3://f-1", "ASH_S3_ACCESS_KEY_ID", "x"))
        .hasMessageContaining("ASH_S3_SECRET_ACCESS_KEY");
    assertThatThrownBy(() -> place("s3://f-1", "AWS_ENDPOINT_URL", "minio:9000"))
        .hasMessageContaining("AWS_ENDPOINT_URL");
  }
}
