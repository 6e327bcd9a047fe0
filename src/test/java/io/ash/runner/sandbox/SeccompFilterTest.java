package io.ash.runner.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs the filter in a small interpreter of classic BPF, for both architectures. */
class SeccompFilterTest {
  private static final int ALLOW = 0x7fff0000;
  private static final int KILL = 0x80000000;
  private static final int EPERM = 0x00050001;
  private static final int ENOSYS = 0x00050026;
  private static final int EPROTONOSUPPORT = 0x00050000 | 93;
  private static final int EAFNOSUPPORT = 0x00050061;

  private static int run(Architecture written, int audit, int number, long... arguments) {
    ByteBuffer data = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    data.putInt(0, number).putInt(4, audit);
    for (int i = 0; i < arguments.length; i++) {
      data.putLong(16 + 8 * i, arguments[i]);
    }
    ByteBuffer program =
        ByteBuffer.wrap(SeccompFilter.forArchitecture(written)).order(ByteOrder.LITTLE_ENDIAN);
    int value = 0;
    for (int at = 0; ; at++) {
      int code = program.getShort(8 * at);
      int whenTrue = program.get(8 * at + 2) & 0xff;
      int whenFalse = program.get(8 * at + 3) & 0xff;
      int k = program.getInt(8 * at + 4);
      switch (code) {
        case 0x20 -> value = data.getInt(k);
        case 0x06 -> {
          return k;
        }
        case 0x54 -> value &= k;
        case 0x15 -> at += value == k ? whenTrue : whenFalse;
        case 0x35 -> at += Integer.compareUnsigned(value, k) >= 0 ? whenTrue : whenFalse;
        case 0x45 -> at += (value & k) != 0 ? whenTrue : whenFalse;
        default -> throw new AssertionError("unknown instruction " + code);
      }
    }
  }

  private static int verdict(Architecture a, int number, long... arguments) {
    return run(a, a.audit, number, arguments);
  }

  @ParameterizedTest
  @EnumSource(Architecture.class)
  void deniesEveryListedCall(Architecture a) {
    for (Syscall call : Syscall.values()) {
      if (call.number(a) >= 0) {
        assertThat(verdict(a, call.number(a))).as(call.name()).isIn(EPERM, ENOSYS);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Architecture.class)
  void allowsOnlyInternetAndRoutingSockets(Architecture a) {
    for (int family = 0; family < 64; family++) {
      int expected = family == 2 || family == 10 || family == 16 ? ALLOW : EAFNOSUPPORT;
      assertThat(verdict(a, a.socket, family, 1, 0)).as("family " + family).isEqualTo(expected);
    }
    assertThat(verdict(a, a.socket, 16, 3, 9)).isEqualTo(EAFNOSUPPORT);
    assertThat(verdict(a, a.socket, 0x100000001L, 1, 0)).isEqualTo(EAFNOSUPPORT);
  }

  @ParameterizedTest
  @EnumSource(Architecture.class)
  void allowsOnlyCommonTransports(Architecture a) {
    int cloexecNonblock = 0x80800;
    for (int family : new int[] {2, 10}) {
      for (int type = 1; type <= 10; type++) {
        int expected = type <= 2 ? ALLOW : EPROTONOSUPPORT;
        assertThat(verdict(a, a.socket, family, type | cloexecNonblock, 0)).isEqualTo(expected);
      }
      for (int protocol : new int[] {0, 1, 6, 17, 58}) {
        assertThat(verdict(a, a.socket, family, 1, protocol)).isEqualTo(ALLOW);
      }
      for (int protocol : new int[] {2, 33, 132, 136, 255, 256, 262}) {
        assertThat(verdict(a, a.socket, family, 1, protocol)).isEqualTo(EPROTONOSUPPORT);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Architecture.class)
  void allowsPairsOfPlainSocketsOnly(Architecture a) {
    for (int family = 0; family < 64; family++) {
      assertThat(verdict(a, a.socketPair, family, 1, 0))
          .isEqualTo(family == 1 ? ALLOW : EAFNOSUPPORT);
    }
  }

  @ParameterizedTest
  @EnumSource(Architecture.class)
  void allowsThreadsAndForksButNoNamespaces(Architecture a) {
    assertThat(verdict(a, a.clone, 17)).isEqualTo(ALLOW);
    assertThat(verdict(a, a.clone, 0x3d0f00)).as("a thread").isEqualTo(ALLOW);
    for (long namespace : new long[] {0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000}) {
      assertThat(verdict(a, a.clone, namespace | 17)).isEqualTo(EPERM);
    }
  }

  @ParameterizedTest
  @EnumSource(Architecture.class)
  void deniesTypingIntoATerminal(Architecture a) {
    assertThat(verdict(a, a.ioctl, 0, 0x5412)).isEqualTo(EPERM);
    assertThat(verdict(a, a.ioctl, 0, 0x10000541CL)).isEqualTo(EPERM);
    assertThat(verdict(a, a.ioctl, 0, 0x5401)).isEqualTo(ALLOW);
  }

  @Test
  void killsCallsOfAnotherArchitecture() {
    assertThat(run(Architecture.X86_64, 0x40000003, 4)).isEqualTo(KILL);
    assertThat(run(Architecture.AARCH64, Architecture.X86_64.audit, 0)).isEqualTo(KILL);
    assertThat(verdict(Architecture.X86_64, 0x40000000)).as("x32").isEqualTo(ENOSYS);
  }

  @Test
  void allowsOrdinaryCalls() {
    for (int number : new int[] {0, 1, 2, 9, 54, 57, 59, 202, 257, 439}) {
      assertThat(verdict(Architecture.X86_64, number)).isEqualTo(ALLOW);
    }
  }

  @Test
  void refusesArchitecturesItHasNoNumbersFor() {
    assertThat(Architecture.of("amd64")).isEqualTo(Architecture.X86_64);
    assertThat(Architecture.of("aarch64")).isEqualTo(Architecture.AARCH64);
    assertThatThrownBy(() -> Architecture.of("riscv64")).hasMessageContaining("riscv64");
  }
}
