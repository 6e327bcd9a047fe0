package io.ash.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.wire.CoordinatorApi;
import io.ash.wire.LinkFailure;
import io.ash.wire.ProbeSandbox;
import io.ash.wire.RunnerApi;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BusLinkTest extends LinkContract {
  private final Vertx vertx = Vertx.vertx();
  private final BusLink link = new BusLink(vertx);

  @AfterEach
  void closeVertx() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @Override
  void serve(CoordinatorApi coordinator, RunnerApi runner) {
    link.serveCoordinator(coordinator);
    link.serveRunner("r1", runner);
  }

  @Override
  CoordinatorApi coordinator() {
    return link.coordinator();
  }

  @Override
  RunnerApi runner(String id) {
    return link.runner(id, "nowhere", 0);
  }

  @Test
  void servesOnTheEventLoopThatOpenedTheDoor() throws Exception {
    Context owner = vertx.getOrCreateContext();
    Promise<Thread> seen = Promise.promise();
    Promise<Thread> opened = Promise.promise();
    owner.runOnContext(
        ignored -> {
          link.serveRunner(
              "r1",
              answering(
                  RunnerApi.class,
                  got -> {
                    seen.complete(Thread.currentThread());
                    return Future.succeededFuture();
                  }));
          opened.complete(Thread.currentThread());
        });
    Thread loop = await(opened.future());

    await(runner("r1").probe(new ProbeSandbox(BINDING)));
    assertThat(await(seen.future())).isSameAs(loop);
  }

  @Test
  void findsNobodyBehindAClosedDoor() throws Exception {
    BusLink.Door door =
        link.serveRunner("r1", answering(RunnerApi.class, got -> Future.succeededFuture()));
    await(door.close());

    LinkFailure failure = (LinkFailure) failure(runner("r1").probe(new ProbeSandbox(BINDING)));
    assertThat(failure.kind()).isEqualTo(LinkFailure.Kind.NOT_DELIVERED);
  }
}
