package io.ash.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.model.Binding;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.model.SessionId;
import io.ash.wire.CoordinatorApi;
import io.ash.wire.Exec;
import io.ash.wire.ExecResult;
import io.ash.wire.GetBlob;
import io.ash.wire.LinkFailure;
import io.ash.wire.ProbeSandbox;
import io.ash.wire.RegisterRunner;
import io.ash.wire.Registered;
import io.ash.wire.RunnerApi;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.lang.reflect.Proxy;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What every carrier of the two interfaces must do. */
abstract class LinkContract {
  static final Binding BINDING = new Binding(SessionId.random(), "r1", new UUID(1, 2), 7);

  /** Serves both interfaces, with runner {@code r1}. */
  abstract void serve(CoordinatorApi coordinator, RunnerApi runner) throws Exception;

  abstract CoordinatorApi coordinator();

  abstract RunnerApi runner(String id);

  @Test
  void bringsCallsAndRepliesUnchanged() throws Exception {
    RegisterRunner call = new RegisterRunner("r1", new UUID(3, 4), "h", 9, 5);
    serve(
        answering(
            CoordinatorApi.class,
            got -> Future.succeededFuture(got.equals(call) ? new Registered(8000, 2500) : null)),
        answering(
            RunnerApi.class,
            got ->
                Future.succeededFuture(
                    new ExecResult(3, "out", "err", true, false, "timeout", ""))));

    assertThat(await(coordinator().register(call))).isEqualTo(new Registered(8000, 2500));
    assertThat(await(runner("r1").exec(new Exec(BINDING, "ls", 1000))))
        .isEqualTo(new ExecResult(3, "out", "err", true, false, "timeout", ""));
  }

  @Test
  void bringsBytesAndEmptyReplies() throws Exception {
    serve(
        answering(CoordinatorApi.class, got -> Future.succeededFuture(Buffer.buffer("bytes"))),
        answering(RunnerApi.class, got -> Future.succeededFuture()));

    assertThat(await(coordinator().getBlob(new GetBlob(BINDING, "k"))).toString())
        .isEqualTo("bytes");
    assertThat(await(runner("r1").probe(new ProbeSandbox(BINDING)))).isNull();
  }

  @Test
  void bringsRefusalsAsRefusals() throws Exception {
    serve(
        answering(
            CoordinatorApi.class,
            got -> Future.failedFuture(new Refused(Refusal.NOT_FOUND, "no such blob"))),
        answering(
            RunnerApi.class,
            got -> {
              throw new Refused(Refusal.SANDBOX_GONE, "thrown, not returned");
            }));

    Refused no = (Refused) failure(coordinator().getBlob(new GetBlob(BINDING, "k")));
    assertThat(no.refusal()).isEqualTo(Refusal.NOT_FOUND);
    assertThat(no.text()).isEqualTo("no such blob");
    assertThat(((Refused) failure(runner("r1").probe(new ProbeSandbox(BINDING)))).refusal())
        .isEqualTo(Refusal.SANDBOX_GONE);
  }

  @Test
  void saysThatNobodyWasThere() throws Exception {
    LinkFailure failure = (LinkFailure) failure(runner("r2").probe(new ProbeSandbox(BINDING)));

    assertThat(failure.kind()).isEqualTo(LinkFailure.Kind.NOT_DELIVERED);
    assertThat(failure).hasMessageContaining("ProbeSandbox").hasMessageContaining("r2");
  }

  @Test
  void saysThatTheOtherSideBroke() throws Exception {
    serve(
        answering(CoordinatorApi.class, got -> Future.failedFuture("database is gone")),
        answering(
            RunnerApi.class,
            got -> {
              throw new IllegalStateException("bug");
            }));

    assertThat(((LinkFailure) failure(coordinator().getBlob(new GetBlob(BINDING, "k")))).kind())
        .isEqualTo(LinkFailure.Kind.BROKEN);
    assertThat(((LinkFailure) failure(runner("r1").probe(new ProbeSandbox(BINDING)))).kind())
        .isEqualTo(LinkFailure.Kind.BROKEN);
  }

  @Test
  void givesUpOnSilence() throws Exception {
    serve(
        answering(CoordinatorApi.class, got -> Promise.promise().future()),
        answering(RunnerApi.class, got -> Promise.promise().future()));

    LinkFailure failure = (LinkFailure) failure(runner("r1").probe(new ProbeSandbox(BINDING)));
    assertThat(failure.kind()).isEqualTo(LinkFailure.Kind.TIMED_OUT);
  }

  static <A> A answering(Class<A> api, Function<Object, Future<?>> answer) {
    return api.cast(
        Proxy.newProxyInstance(
            api.getClassLoader(),
            new Class<?>[] {api},
            (self, method, args) -> answer.apply(args[0])));
  }

  static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  static Throwable failure(Future<?> future) throws Exception {
    try {
      await(future);
    } catch (ExecutionException e) {
      return e.getCause();
    }
    throw new AssertionError("it did not fail");
  }
}
