package io.ash.runner.sandbox;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the seccomp filter of a sandbox as classic BPF, eight bytes an instruction.
 *
 * <p>Everything in {@link Syscall} is denied, as are new namespaces by clone, every socket but
 * those of TCP, UDP and ICMP and the routing netlink that name look-up needs, and typing into a
 * terminal. A system call of another architecture kills the process. socketpair stays: programs
 * cannot start children with pipes of their own without it.
 */
final class SeccompFilter {
  private static final int LOAD = 0x20;
  private static final int AND = 0x54;
  private static final int JUMP_EQUAL = 0x15;
  private static final int JUMP_AT_LEAST = 0x35;
  private static final int JUMP_BITS = 0x45;
  private static final int RETURN = 0x06;

  private static final int ALLOW = 0x7fff0000;
  private static final int KILL = 0x80000000;
  private static final int NOT_PERMITTED = 0x00050000 | 1;
  private static final int NO_SUCH_CALL = 0x00050000 | 38;
  private static final int NO_SUCH_FAMILY = 0x00050000 | 97;
  private static final int NO_SUCH_PROTOCOL = 0x00050000 | 93;

  private static final int NUMBER = 0;
  private static final int ARCHITECTURE = 4;
  private static final int X32 = 0x40000000;
  private static final int NEW_NAMESPACES = 0x7E020000;

  private static final int INET = 2;
  private static final int INET6 = 10;
  private static final int NETLINK = 16;
  private static final int TIOCSTI = 0x5412;
  private static final int TIOCLINUX = 0x541C;
  private static final int TIOCCONS = 0x541D;
  private static final int TIOCSETD = 0x5423;
  private static final int UNIX = 1;
  private static final int RAW = 3;
  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int ICMP = 1;
  private static final int ICMP6 = 58;

  private record Instruction(int code, int whenTrue, int whenFalse, int value) {}

  private final Architecture architecture;
  private final List<Instruction> program = new ArrayList<>();

  private SeccompFilter(Architecture architecture) {
    this.architecture = architecture;
  }

  /** The filter for one architecture, ready for bubblewrap. */
  static byte[] forArchitecture(Architecture architecture) {
    SeccompFilter filter = new SeccompFilter(architecture);
    filter.checkArchitecture();
    filter.denyCalls();
    filter.checkSocket();
    filter.checkSocketPair();
    filter.checkClone();
    filter.checkIoctl();
    filter.answer(ALLOW);
    return filter.bytes();
  }

  private void checkArchitecture() {
    load(ARCHITECTURE);
    add(JUMP_EQUAL, 1, 0, architecture.audit);
    answer(KILL);
    load(NUMBER);
    if (architecture == Architecture.X86_64) {
      add(JUMP_AT_LEAST, 0, 1, X32);
      answer(NO_SUCH_CALL);
    }
  }

  private void denyCalls() {
    for (Syscall call : Syscall.values()) {
      int number = call.number(architecture);
      if (number >= 0) {
        add(JUMP_EQUAL, 0, 1, number);
        answer(call.absent() ? NO_SUCH_CALL : NOT_PERMITTED);
      }
    }
  }

  /** Each family and protocol beyond the common ones is a part of the kernel to attack. */
  private void checkSocket() {
    add(JUMP_EQUAL, 0, 18, architecture.socket);
    load(argument(0));
    add(JUMP_EQUAL, 5, 0, INET);
    add(JUMP_EQUAL, 4, 0, INET6);
    add(JUMP_EQUAL, 0, 2, NETLINK);
    load(argument(2));
    add(JUMP_EQUAL, 11, 0, 0);
    answer(NO_SUCH_FAMILY);
    load(argument(1));
    add(AND, 0, 0, 0xF);
    add(JUMP_AT_LEAST, 6, 0, RAW);
    load(argument(2));
    add(JUMP_EQUAL, 5, 0, 0);
    add(JUMP_EQUAL, 4, 0, TCP);
    add(JUMP_EQUAL, 3, 0, UDP);
    add(JUMP_EQUAL, 2, 0, ICMP);
    add(JUMP_EQUAL, 1, 0, ICMP6);
    answer(NO_SUCH_PROTOCOL);
    answer(ALLOW);
  }

  private void checkSocketPair() {
    add(JUMP_EQUAL, 0, 4, architecture.socketPair);
    load(argument(0));
    add(JUMP_EQUAL, 1, 0, UNIX);
    answer(NO_SUCH_FAMILY);
    answer(ALLOW);
  }

  private void checkClone() {
    add(JUMP_EQUAL, 0, 4, architecture.clone);
    load(argument(0));
    add(JUMP_BITS, 0, 1, NEW_NAMESPACES);
    answer(NOT_PERMITTED);
    answer(ALLOW);
  }

  private void checkIoctl() {
    add(JUMP_EQUAL, 0, 6, architecture.ioctl);
    load(argument(1));
    add(JUMP_EQUAL, 3, 0, TIOCSTI);
    add(JUMP_EQUAL, 2, 0, TIOCSETD);
    add(JUMP_EQUAL, 1, 0, TIOCCONS);
    add(JUMP_EQUAL, 0, 1, TIOCLINUX);
    answer(NOT_PERMITTED);
  }

  /** Offset of the low half of an argument: what the kernel itself looks at for these calls. */
  private static int argument(int index) {
    return 16 + 8 * index;
  }

  private void load(int offset) {
    add(LOAD, 0, 0, offset);
  }

  private void answer(int value) {
    add(RETURN, 0, 0, value);
  }

  private void add(int code, int whenTrue, int whenFalse, int value) {
    program.add(new Instruction(code, whenTrue, whenFalse, value));
  }

  private byte[] bytes() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Instruction i : program) {
      out.writeBytes(
          ByteBuffer.allocate(8)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putShort((short) i.code)
              .put((byte) i.whenTrue)
              .put((byte) i.whenFalse)
              .putInt(i.value)
              .array());
    }
    return out.toByteArray();
  }
}
