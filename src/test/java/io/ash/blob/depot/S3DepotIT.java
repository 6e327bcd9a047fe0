package io.ash.blob.depot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ash.config.Env;
import io.ash.testing.S3Server;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class S3DepotIT extends DepotContract {
  private static final AtomicInteger PREFIX = new AtomicInteger();
  @TempDir static Path directory;
  private static S3Server server;

  @BeforeAll
  static void start() throws IOException {
    server = S3Server.start(directory);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static Depot opened(String url, Map<String, String> more) {
    Map<String, String> settings = new HashMap<>();
    settings.put("ASH_SNAPSHOT_URL", url);
    settings.put("AWS_ENDPOINT_URL_S3", server.endpoint());
    settings.put("AWS_ACCESS_KEY_ID", S3Server.KEY_ID);
    settings.put("AWS_SECRET_ACCESS_KEY", S3Server.SECRET);
    settings.putAll(more);
    Env env = new Env(settings);
    Depot depot = DepotConfig.read(env).open().orElseThrow();
    env.orThrow();
    return depot;
  }

  @Override
  Depot depot() throws IOException {
    Depot depot = opened("s3://files/prefix/" + PREFIX.incrementAndGet() + "/", Map.of());
    depot.probe();
    return depot;
  }

  @Test
  void worksWithoutAPrefix() throws Exception {
    Depot depot = opened("s3://files", Map.of());
    depot.probe();
    BytesName name = name(1);
    depot.write(name, new byte[] {1});

    assertThat(server.file(name.path())).exists();
    assertThat(depot.list(null)).extracting(Depot.Lying::name).containsExactly(name);
  }

  @Test
  void saysThatTheKeyIsWrong() {
    Depot depot = opened("s3://files/x", Map.of("AWS_SECRET_ACCESS_KEY", "wrong"));
    assertThatThrownBy(depot::probe)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("s3://files/x")
        .hasMessageContaining("403");
  }

  @Test
  void saysThatThereIsNoSuchBucket() {
    assertThatThrownBy(opened("s3://nobucket/x", Map.of())::probe)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no bucket nobucket");
  }

  @Test
  void saysThatNobodyAnswers() {
    Depot depot = opened("s3://files/x", Map.of("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1"));
    assertThatThrownBy(depot::probe)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("127.0.0.1:1");
  }

  /** Asked for by name inside the SDK, which only says so when a token is there. */
  @Test
  void webIdentitiesCanBeUsed() {
    assertThatCode(
            () ->
                Class.forName(
                    "software.amazon.awssdk.services.sts.internal"
                        + ".StsWebIdentityCredentialsProviderFactory"))
        .doesNotThrowAnyException();
  }

  @Test
  void keysOfItsOwnWinOverTheUsualOnes() throws Exception {
    Depot depot =
        opened(
            "s3://files/own",
            Map.of(
                "AWS_SECRET_ACCESS_KEY",
                "another",
                "ASH_S3_ACCESS_KEY_ID",
                S3Server.KEY_ID,
                "ASH_S3_SECRET_ACCESS_KEY",
                S3Server.SECRET));
    depot.probe();
    assertThat(depot.list(null)).isEmpty();
  }
}
