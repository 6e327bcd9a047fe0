package io.ash.coordinator.store;

import io.ash.time.TimeLimit;
import io.ash.time.Timers;
import io.vertx.core.Future;
import java.time.Duration;

/** Turns what the driver answers, or fails to answer, into what is known about a statement. */
final class Answers {
  /** Longer than the server's statement_timeout, which therefore speaks first. */
  private static final Duration LIMIT = Duration.ofSeconds(6);

  private final TimeLimit limit;

  Answers(Timers timers) {
    this.limit = new TimeLimit(timers, LIMIT);
  }

  /** What is known when the answer is lost. */
  enum Loss {
    /** The statement commits by itself, or is the commit. */
    MAY_BE_DONE,
    /** A commit would have had to follow. */
    NOT_DONE
  }

  <T> Future<T> limited(String name, Future<T> answer, Loss loss) {
    return limit
        .on(answer, () -> lost(name, loss))
        .recover(e -> Future.failedFuture(meaning(name, e, loss)));
  }

  private static DatabaseFailure lost(String name, Loss loss) {
    String reason = "no answer within " + LIMIT.toSeconds() + " s";
    return loss == Loss.MAY_BE_DONE
        ? new OutcomeUnknown(name, reason)
        : new DatabaseUnavailable(name, reason);
  }

  private static Throwable meaning(String name, Throwable e, Loss loss) {
    if (Sql.isNotNow(e)) {
      return new DatabaseUnavailable(name, e);
    }
    if (Sql.isLost(e)) {
      return loss == Loss.MAY_BE_DONE
          ? new OutcomeUnknown(name, e)
          : new DatabaseUnavailable(name, e);
    }
    return e;
  }
}
