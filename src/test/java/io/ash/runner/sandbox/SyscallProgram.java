package io.ash.runner.sandbox;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;

/**
 * A program of x86_64 that makes one system call and exits with its error number, 0 for none.
 *
 * <p>Its arguments are the number of the call and what it is given: decimal numbers, {@code @text}
 * for the address of a text, {@code #} for that of 2 KiB of zeros. A number that begins with {@code
 * !} is called by way of the 32-bit gate. It needs nothing of the machine it runs on, so it tries
 * the filter itself and not what a library makes of it.
 */
final class SyscallProgram {
  /** Reads the arguments into registers, calls, negates an error, calls exit_group. */
  private static final String CODE =
      "4c8b2424488d5c24084c8dac2400f0ffff4983e5f0498da500e0ffff4c8dbc240004000031edb9200000004c89ff"
          + "31c0f348abb900020000498dbd00f8fffff348ab4531f649ffc64d39e67d594a8b34f30fb6063c40743f3c"
          + "2374413c21750548ffc6ffc531ff31c9803e2d750548ffc6ffc10fb60684c0740f486bff0a83e8304801c7"
          + "48ffc6ebea85c9740348f7df4b897cf7f8ebae488d7e01ebf3498dbd00f8ffffebea498b0785ed751c498b"
          + "7f08498b7710498b57184d8b57204d8b47284d8b4f300f05eb0431dbcd8031ff483d01f0ffff72064889c7"
          + "48f7dfb8e70000000f05";

  private static final long BASE = 0x400000;
  private static final int HEADERS = 64 + 56;

  private SyscallProgram() {}

  /** Writes the program and lets everybody run it. */
  static void write(Path file) throws IOException {
    byte[] code = HexFormat.of().parseHex(CODE);
    int size = HEADERS + code.length;
    ByteBuffer elf = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    elf.put((byte) 0x7f).put("ELF".getBytes(StandardCharsets.US_ASCII));
    elf.put((byte) 2).put((byte) 1).put((byte) 1).position(16);
    elf.putShort((short) 2).putShort((short) 62).putInt(1);
    elf.putLong(BASE + HEADERS).putLong(64).putLong(0).putInt(0);
    elf.putShort((short) 64).putShort((short) 56).putShort((short) 1);
    elf.putShort((short) 64).putShort((short) 0).putShort((short) 0);
    elf.putInt(1).putInt(5).putLong(0).putLong(BASE).putLong(BASE);
    elf.putLong(size).putLong(size).putLong(0x1000);
    elf.put(code);
    Files.write(file, elf.array());
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
