package io.ash.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.model.PoolStats;
import io.ash.model.ResumeCounts;
import io.ash.time.Ticker;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import io.vertx.junit5.VertxTestContext;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class HealthTest {
  private static final PoolStats POOL = new PoolStats(0, 1, 1, 2, 1, 1000, 3, 0);
  private final AtomicLong nanos = new AtomicLong();
  private final Ticker ticker = nanos::get;

  private Health health(Checks checks) {
    return new Health("1.2.3", "host-1", ticker, checks);
  }

  @Test
  void showsEveryFieldWithTheNumbersOfTheLastLook(Vertx vertx, VertxTestContext test) {
    Checks checks = new Checks(vertx);
    checks.add("database", Duration.ofSeconds(1), Future::succeededFuture);
    Health health = health(checks);
    health.vitals(new Vitals(3, 0, POOL, new ResumeCounts(42, 1, 4, 2)));
    health.stage(Health.Stage.STARTED);
    nanos.set(Duration.ofDays(1).toNanos());
    checks
        .round()
        .onComplete(
            test.succeeding(
                v ->
                    test.verify(
                        () -> {
                          Health.Answer answer = health.ready();
                          assertThat(answer.status()).isEqualTo(200);
                          assertThat(answer.body())
                              .isEqualTo(
                                  new JsonObject(
                                      """
                                      {"status":"ok","version":"1.2.3","coordinatorId":"host-1",
                                       "activeSessions":3,"activeSandboxes":5,"remoteRunners":0,
                                       "uptime":86400,
                                       "pool":{"total":5,"cold":0,"warming":1,"warm":1,"waiting":2,
                                         "running":1,"maxCapacity":1000,"resumeWarmHits":42,
                                         "resumeColdHits":7,"resumeColdLocalHits":1,
                                         "resumeColdCloudHits":4,"resumeColdFreshHits":2,
                                         "preWarmHits":3},
                                       "checks":[{"name":"database","status":"up"}]}
                                      """));
                          test.completeNow();
                        })));
  }

  @Test
  void answers503WithEveryFieldUntilReady(Vertx vertx) {
    Health.Answer answer = health(new Checks(vertx)).ready();

    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.body().fieldNames())
        .contains("activeSessions", "activeSandboxes", "uptime", "pool", "checks", "coordinatorId");
    assertThat(answer.body().getString("status")).isEqualTo("starting");
  }

  @Test
  void isAliveWhileNothingElseIs(Vertx vertx) {
    assertThat(health(new Checks(vertx)).live().status()).isEqualTo(200);
  }

  @Test
  void turnsUnavailableAndBackWithItsChecks(Vertx vertx, VertxTestContext test) {
    AtomicReference<Future<?>> database = new AtomicReference<>(Future.succeededFuture());
    Checks checks = new Checks(vertx);
    checks.add("database", Duration.ofSeconds(1), database::get);
    Health health = health(checks);
    health.stage(Health.Stage.STARTED);
    checks
        .round()
        .compose(
            v -> {
              test.verify(() -> assertThat(health.isReady()).isTrue());
              database.set(Future.failedFuture("gone"));
              return checks.round();
            })
        .compose(
            v -> {
              test.verify(
                  () -> {
                    assertThat(health.ready().status()).isEqualTo(503);
                    assertThat(health.ready().body().getJsonArray("checks").getJsonObject(0))
                        .isEqualTo(
                            new JsonObject()
                                .put("name", "database")
                                .put("status", "down")
                                .put("reason", "gone"));
                  });
              database.set(Future.succeededFuture());
              return checks.round();
            })
        .onComplete(
            test.succeeding(
                v ->
                    test.verify(
                        () -> {
                          assertThat(health.isReady()).isTrue();
                          test.completeNow();
                        })));
  }

  @Test
  void aCheckThatHangsCountsAsFailedAndDelaysNoAnswer(Vertx vertx, VertxTestContext test) {
    Checks checks = new Checks(vertx);
    checks.add("database", Duration.ofMillis(20), () -> Promise.promise().future());
    Health health = health(checks);
    health.stage(Health.Stage.STARTED);
    Future<Void> round = checks.round();
    assertThat(health.ready().status()).isEqualTo(503);
    round.onComplete(
        test.succeeding(
            v ->
                test.verify(
                    () -> {
                      assertThat(checks.latest())
                          .singleElement()
                          .satisfies(f -> assertThat(f.up()).isFalse());
                      test.completeNow();
                    })));
  }
}
