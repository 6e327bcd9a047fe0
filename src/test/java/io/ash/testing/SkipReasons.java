package io.ash.testing;

import java.util.Optional;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/** Prints one line for each test or class that was left out: its name and why. */
public final class SkipReasons implements TestExecutionListener {
  @Override
  public void executionSkipped(TestIdentifier test, String reason) {
    print(test, reason);
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (result.getStatus() == TestExecutionResult.Status.ABORTED) {
      print(test, result.getThrowable().map(Throwable::getMessage).orElse("no reason given"));
    }
  }

  private static void print(TestIdentifier test, String reason) {
    Optional<String> owner = test.getParentIdObject().map(id -> id.getLastSegment().getValue());
    String line = reason.strip().replaceAll("\\s+", " ");
    System.out.println("LEFT OUT " + owner.orElse("") + " " + test.getDisplayName() + ": " + line);
  }
}
