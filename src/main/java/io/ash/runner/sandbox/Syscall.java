package io.ash.runner.sandbox;

/**
 * System calls that no process of a sandbox may make, with their numbers.
 *
 * <p>Numbers: {@code x86_64} from the kernel's syscall_64.tbl, {@code aarch64} from its generic
 * table; -1 where the architecture has no such call. Calls whose absence programs know how to live
 * with answer ENOSYS, all others EPERM.
 */
enum Syscall {
  // other kernels' work queues and key rings
  IO_URING_SETUP(425, 425, true),
  IO_URING_ENTER(426, 426, true),
  IO_URING_REGISTER(427, 427, true),
  ADD_KEY(248, 217, false),
  REQUEST_KEY(249, 218, false),
  KEYCTL(250, 219, false),
  // mounts and namespaces
  MOUNT(165, 40, false),
  UMOUNT2(166, 39, false),
  PIVOT_ROOT(155, 41, false),
  CHROOT(161, 51, false),
  OPEN_TREE(428, 428, false),
  MOVE_MOUNT(429, 429, false),
  FSOPEN(430, 430, false),
  FSCONFIG(431, 431, false),
  FSMOUNT(432, 432, false),
  FSPICK(433, 433, false),
  MOUNT_SETATTR(442, 442, false),
  OPEN_TREE_ATTR(467, 467, false),
  UNSHARE(272, 97, false),
  SETNS(308, 268, false),
  CLONE3(435, 435, true),
  // other processes' memory and descriptors
  PTRACE(101, 117, false),
  PROCESS_VM_READV(310, 270, false),
  PROCESS_VM_WRITEV(311, 271, false),
  KCMP(312, 272, false),
  PIDFD_GETFD(438, 438, false),
  PROCESS_MADVISE(440, 440, false),
  MOVE_PAGES(279, 239, false),
  MIGRATE_PAGES(256, 238, false),
  // the kernel itself
  BPF(321, 280, false),
  PERF_EVENT_OPEN(298, 241, false),
  USERFAULTFD(323, 282, false),
  KEXEC_LOAD(246, 104, false),
  KEXEC_FILE_LOAD(320, 294, false),
  INIT_MODULE(175, 105, false),
  FINIT_MODULE(313, 273, false),
  DELETE_MODULE(176, 106, false),
  SYSLOG(103, 116, false),
  LOOKUP_DCOOKIE(212, 18, false),
  SETTIMEOFDAY(164, 170, false),
  CLOCK_SETTIME(227, 112, false),
  ADJTIMEX(159, 171, false),
  CLOCK_ADJTIME(305, 266, false),
  SETHOSTNAME(170, 161, false),
  SETDOMAINNAME(171, 162, false),
  NFSSERVCTL(180, 42, true),
  PERSONALITY(135, 92, false),
  REBOOT(169, 142, false),
  SWAPON(167, 224, false),
  SWAPOFF(168, 225, false),
  ACCT(163, 89, false),
  QUOTACTL(179, 60, false),
  QUOTACTL_FD(443, 443, false),
  FANOTIFY_INIT(300, 262, false),
  FANOTIFY_MARK(301, 263, false),
  NAME_TO_HANDLE_AT(303, 264, true),
  OPEN_BY_HANDLE_AT(304, 265, false),
  VHANGUP(153, 58, false),
  IOPERM(173, -1, false),
  IOPL(172, -1, false),
  MODIFY_LDT(154, -1, false),
  USELIB(134, -1, true);

  private final int x86;
  private final int arm;
  private final boolean absent;

  Syscall(int x86, int arm, boolean absent) {
    this.x86 = x86;
    this.arm = arm;
    this.absent = absent;
  }

  /** The number on an architecture, -1 where there is none. */
  int number(Architecture architecture) {
    return architecture == Architecture.X86_64 ? x86 : arm;
  }

  /** Whether the answer is "no such call" and not "not permitted". */
  boolean absent() {
    return absent;
  }
}
