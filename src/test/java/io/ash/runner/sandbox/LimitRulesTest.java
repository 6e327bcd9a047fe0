package io.ash.runner.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ash.model.LimitKind;
import io.ash.model.Limits;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LimitRulesTest {
  private static final Capabilities NONE =
      new Capabilities(
          Map.of(LimitKind.MEMORY, Enforcement.NONE, LimitKind.PROCESSES, Enforcement.RLIMIT),
          Map.of(LimitKind.MEMORY, "do this"));

  @Test
  void startsWithDefaultsThatNobodyHolds() {
    LimitsInForce limits = new LimitRules(NONE, Limits.UNSET, Limits.UNSET).settle(Limits.UNSET);
    assertThat(limits.memoryMb()).isEqualTo(2048);
    assertThat(limits.of(LimitKind.MEMORY)).isEqualTo(Enforcement.NONE);
    assertThat(limits.of(LimitKind.PROCESSES)).isEqualTo(Enforcement.RLIMIT);
  }

  @Test
  void refusesWhatWasAskedForAndNobodyHolds() {
    assertThatThrownBy(
            () ->
                new LimitRules(NONE, Limits.UNSET, Limits.UNSET)
                    .settle(Limits.of(LimitKind.MEMORY, 512)))
        .isInstanceOfSatisfying(
            Refused.class,
            e -> {
              assertThat(e.refusal()).isEqualTo(Refusal.LIMIT_NOT_ENFORCEABLE);
              assertThat(e.text()).contains("limits.memoryMb", "do this");
            });
    assertThat(
            new LimitRules(NONE, Limits.UNSET, Limits.UNSET)
                .settle(Limits.of(LimitKind.PROCESSES, 7))
                .processes())
        .isEqualTo(7);
  }

  @Test
  void refusesToStartWhereTheOperatorAsksForWhatNobodyHolds() {
    LimitRules rules = new LimitRules(NONE, Limits.of(LimitKind.MEMORY, 512), Limits.UNSET);
    assertThatThrownBy(rules::orThrow)
        .isInstanceOf(SandboxUnavailable.class)
        .hasMessageContaining("ASH_SANDBOX_MEMORY_MB")
        .hasMessageContaining("do this");
    new LimitRules(NONE, Limits.of(LimitKind.PROCESSES, 7), Limits.UNSET).orThrow();
  }

  @Test
  void letsNobodyAskForMoreThanTheOperatorAllows() {
    LimitRules rules =
        new LimitRules(NONE, Limits.UNSET, Limits.parse("maxProcesses=10,memoryMb=100"));
    assertThatThrownBy(() -> rules.settle(Limits.of(LimitKind.PROCESSES, 11)))
        .isInstanceOfSatisfying(
            Refused.class,
            e -> {
              assertThat(e.refusal()).isEqualTo(Refusal.INVALID_REQUEST);
              assertThat(e.text()).contains("limits.maxProcesses", "11", "10");
            });
    assertThat(rules.settle(Limits.of(LimitKind.PROCESSES, 10)).processes()).isEqualTo(10);
    assertThat(rules.settle(Limits.UNSET).memoryMb()).as("a default above it").isEqualTo(100);
  }

  @Test
  void refusesNonsense() {
    assertThatThrownBy(
            () ->
                new LimitRules(NONE, Limits.UNSET, Limits.UNSET)
                    .settle(Limits.of(LimitKind.PROCESSES, 0)))
        .hasMessageContaining("limits.maxProcesses");
  }

  @Test
  void findsUserNumbersThatExist() throws IOException {
    assertThat(UidRange.of(List.of("         0          0 4294967295")).take())
        .isEqualTo(1_900_000_000);
    assertThat(UidRange.of(List.of("0 100000 65536")).take()).isEqualTo(55_536);
    assertThatThrownBy(() -> UidRange.of(List.of("0 1000 1")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("ordinary user");
  }

  @Test
  void givesEachSandboxAUserOfItsOwn() {
    UidRange range = new UidRange(10, 2);
    assertThat(range.take()).isEqualTo(10);
    range.giveBack(10);
    assertThat(range.take()).as("the longest unused").isEqualTo(11);
    assertThat(range.take()).isEqualTo(10);
    assertThatThrownBy(range::take)
        .isInstanceOfSatisfying(
            Refused.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.NO_CAPACITY));
  }

  @Test
  void tellsExitsApart() {
    assertThat(Exit.of(137, new Counters(1, 0), true, null))
        .isEqualTo(new Exit(137, 9, Cause.OUT_OF_MEMORY));
    assertThat(Exit.of(0, new Counters(1, 0), true, null)).isEqualTo(new Exit(0, 0, Cause.EXITED));
    assertThat(Exit.of(137, new Counters(1, 0), true, Cause.TIMEOUT).cause())
        .isEqualTo(Cause.TIMEOUT);
    assertThat(Exit.of(153, Counters.NONE, true, null).cause()).isEqualTo(Cause.FILE_SIZE);
    assertThat(Exit.of(2, new Counters(0, 4), true, null).cause()).isEqualTo(Cause.PROCESS_LIMIT);
    assertThat(Exit.of(125, Counters.NONE, false, null).cause()).isEqualTo(Cause.NOT_LAUNCHED);
    assertThat(Exit.of(255, Counters.NONE, true, null).signal()).isZero();
  }
}
