package io.ash.runner.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** System calls made one by one inside a jail. */
class SeccompIT {
  private static Den den;
  private static Sandbox sandbox;

  @BeforeAll
  static void prepare() throws Exception {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/python3"))
            && Architecture.of(System.getProperty("os.arch")) == Architecture.X86_64,
        "single system calls are tried from python3, with the numbers of x86_64");
    den = Den.make();
    sandbox = den.open(Den.jail());
  }

  @AfterAll
  static void end() throws IOException {
    if (den != null) {
      den.discard(sandbox);
      den.close();
    }
  }

  @ParameterizedTest(name = "{0} answers {2}")
  @CsvSource({
    "io_uring_setup, '425,1,0', 38",
    "clone3, '435,0,0', 38",
    "keyctl, '250,0,-3,0', 1",
    "add_key, '248,0,0,0,0,-3', 1",
    "ptrace, '101,0,0,0,0', 1",
    "process_vm_readv, '310,1,0,0,0,0,0', 1",
    "unshare user namespace, '272,0x10000000', 1",
    "clone user namespace, '56,0x10000011,0,0,0,0', 1",
    "setns, '308,0,0', 1",
    "mount, '165,0,0,0,0,0', 1",
    "open_tree, '428,-100,0,0', 1",
    "fsopen, '430,0,0', 1",
    "bpf, '321,0,0,0', 1",
    "perf_event_open, '298,0,0,-1,-1,0', 1",
    "userfaultfd, '323,0', 1",
    "pidfd_getfd, '438,0,0,0', 1",
    "open_by_handle_at, '304,-100,0,0', 1",
    "socket AF_UNIX, '41,1,1,0', 97",
    "socket AF_VSOCK, '41,40,1,0', 97",
    "socket AF_PACKET, '41,17,3,0', 97",
    "socket AF_ALG, '41,38,5,0', 97",
    "socket AF_NETLINK audit, '41,16,3,9', 97",
    "socket AF_NETLINK route, '41,16,3,0', 0",
    "socket AF_INET, '41,2,1,0', 0",
    "socket AF_INET6, '41,10,1,0', 0",
    "socket AF_UNIX with high bits, '41,0x100000001,1,0', 97",
    "ioctl TIOCSTI, '16,0,0x5412,0', 1",
    "ioctl TIOCSTI with high bits, '16,0,0x100005412,0', 1",
    "ioctl TIOCLINUX, '16,0,0x541C,0', 1",
    "x32 getpid, '0x40000027', 38",
  })
  void answers(String name, String call, int error) {
    String script =
        "import ctypes;l=ctypes.CDLL(None,use_errno=True);l.syscall.restype=ctypes.c_long;"
            + "r=l.syscall(*[ctypes.c_long(x) for x in ("
            + call
            + ",)]);print(0 if r>=0 else ctypes.get_errno())";
    assertThat(den.out(sandbox, "python3 -c '" + script + "'")).isEqualTo(Integer.toString(error));
  }

  @ParameterizedTest
  @CsvSource({"'import socket;socket.socketpair();print(1)'", "'import subprocess;print(1)'"})
  void leavesWhatProgramsNeed(String script) {
    assertThat(den.out(sandbox, "python3 -c '" + script + "'")).isEqualTo("1");
  }
}
