package io.ash.runner.sandbox;

import java.util.List;

/** System calls that no sandbox may make, with the numbers of x86_64. */
final class SyscallProbes {
  private static final int EPERM = 1;
  private static final int EACCES = 13;
  private static final int ENOSYS = 38;
  private static final int EPROTONOSUPPORT = 93;
  private static final int EAFNOSUPPORT = 97;

  private SyscallProbes() {}

  static List<Probe> all() {
    return List.of(
        // work queues, key rings
        Probe.call("io_uring_setup", "425 1 0", ENOSYS),
        Probe.call("io_uring_enter", "426 -1 0 0 0 0", ENOSYS),
        Probe.call("io_uring_register", "427 -1 0 0 0", ENOSYS),
        Probe.call("add_key", "248 0 0 0 0 -3", EPERM),
        Probe.call("request_key", "249 0 0 0 0", EPERM),
        Probe.call("keyctl session", "250 99 0 0 0 0", EPERM),
        // namespaces
        Probe.call("unshare user", "272 268435456", EPERM),
        Probe.call("unshare mount", "272 131072", EPERM),
        Probe.call("unshare network", "272 1073741824", EPERM),
        Probe.call("unshare processes", "272 536870912", EPERM),
        Probe.call("unshare cgroup", "272 33554432", EPERM),
        Probe.call("unshare time", "272 128", EPERM),
        Probe.call("clone user", "56 268435473 0 0 0 0", EPERM),
        Probe.call("clone network", "56 1073741841 0 0 0 0", EPERM),
        Probe.call("clone3", "435 0 0", ENOSYS),
        Probe.call("setns", "308 -1 0", EPERM),
        // mounts
        Probe.call("mount", "165 0 0 0 0 0", EPERM),
        Probe.call("umount", "166 0 0", EPERM),
        Probe.call("pivot_root", "155 0 0", EPERM),
        Probe.call("chroot", "161 0", EPERM),
        Probe.call("open_tree", "428 -100 0 0", EPERM),
        Probe.call("move_mount", "429 -1 0 -1 0 0", EPERM),
        Probe.call("fsopen", "430 0 0", EPERM),
        Probe.call("fsconfig", "431 -1 0 0 0 0", EPERM),
        Probe.call("fsmount", "432 -1 0 0", EPERM),
        Probe.call("fspick", "433 -1 0 0", EPERM),
        Probe.call("mount_setattr", "442 -1 0 0 0 0", EPERM),
        Probe.call("open_by_handle_at", "304 -100 0 0", EPERM),
        Probe.call("name_to_handle_at", "303 -100 0 0 0 0", ENOSYS),
        Probe.call("fanotify_init", "300 65535 0", EPERM),
        Probe.call("quotactl", "179 -1 0 0 0", EPERM),
        Probe.call("swapon", "167 0 0", EPERM),
        Probe.call("acct", "163 @/nowhere/at/all", EPERM),
        // other processes
        Probe.call("ptrace", "101 0 0 0 0", EPERM),
        Probe.call("process_vm_readv", "310 1 0 0 0 0 0", EPERM),
        Probe.call("process_vm_writev", "311 1 0 0 0 0 0", EPERM),
        Probe.lonelyCall("kcmp", "312 1 1 0 0 0", EPERM),
        Probe.call("pidfd_getfd", "438 -1 0 0", EPERM),
        Probe.call("process_madvise", "440 -1 0 0 0 0", EPERM),
        Probe.call("move_pages", "279 0 0 0 0 0 0", EPERM),
        Probe.call("setpriority above others", "141 0 0 -5", EACCES),
        // the kernel
        Probe.call("bpf", "321 99 0 0", EPERM),
        Probe.call("perf_event_open", "298 0 0 -1 -1 0", EPERM),
        Probe.call("userfaultfd", "323 -1", EPERM),
        Probe.call("init_module", "175 0 0 0", EPERM),
        Probe.call("finit_module", "313 -1 0 0", EPERM),
        Probe.call("delete_module", "176 0 0", EPERM),
        Probe.call("kexec_load", "246 0 9999 0 0", EPERM),
        Probe.call("kexec_file_load", "320 -1 -1 0 0 0", EPERM),
        Probe.call("reboot", "169 0 0 0 0", EPERM),
        Probe.call("kernel log", "103 99 0 0", EPERM),
        Probe.call("iopl", "172 9", EPERM),
        Probe.call("ioperm", "173 -1 -1 1", EPERM),
        Probe.call("modify_ldt", "154 99 0 0", EPERM),
        Probe.call("personality", "135 4294967295", EPERM),
        Probe.lonelyCall("hang up the terminal", "153", EPERM),
        // clocks and names
        Probe.call("settimeofday", "164 0 0", EPERM),
        Probe.call("clock_settime", "227 0 0", EPERM),
        Probe.call("adjtimex", "159 0", EPERM),
        Probe.call("clock_adjtime", "305 0 0", EPERM),
        Probe.call("sethostname", "170 @x 99999", EPERM),
        Probe.call("setdomainname", "171 @x 99999", EPERM),
        // sockets
        Probe.call("socket AF_UNIX", "41 1 1 0", EAFNOSUPPORT),
        Probe.call("socket AF_UNIX with high bits", "41 4294967297 1 0", EAFNOSUPPORT),
        Probe.call("socket AF_PACKET", "41 17 3 0", EAFNOSUPPORT),
        Probe.call("socket netlink audit", "41 16 3 9", EAFNOSUPPORT),
        Probe.call("socket netlink netfilter", "41 16 3 12", EAFNOSUPPORT),
        Probe.call("socket netlink uevent", "41 16 3 15", EAFNOSUPPORT),
        Probe.call("socket raw ICMP", "41 2 3 1", EPROTONOSUPPORT),
        Probe.call("socket raw IPv6", "41 10 3 58", EPROTONOSUPPORT),
        Probe.lonelyCall("socket AF_VSOCK", "41 40 1 0", EAFNOSUPPORT),
        Probe.lonelyCall("socket AF_ALG", "41 38 5 0", EAFNOSUPPORT),
        Probe.lonelyCall("socket AF_KEY", "41 15 3 2", EAFNOSUPPORT),
        Probe.lonelyCall("socket AF_TIPC", "41 30 1 0", EAFNOSUPPORT),
        Probe.lonelyCall("socket AF_XDP", "41 44 3 0", EAFNOSUPPORT),
        Probe.lonelyCall("socket AF_BLUETOOTH", "41 31 3 1", EAFNOSUPPORT),
        Probe.lonelyCall("socket SCTP", "41 2 1 132", EPROTONOSUPPORT),
        Probe.lonelyCall("socket DCCP", "41 2 6 33", EPROTONOSUPPORT),
        Probe.lonelyCall("socketpair AF_TIPC", "53 30 1 0 #", EAFNOSUPPORT),
        // terminals
        Probe.call("type into a terminal", "16 0 21522 @x", EPERM),
        Probe.call("type into a terminal with high bits", "16 0 4294988818 @x", EPERM),
        Probe.call("paste into a console", "16 0 21532 @x", EPERM),
        Probe.call("take the console", "16 0 21533 0", EPERM),
        Probe.call("load a line discipline", "16 0 21539 @x", EPERM),
        // other doors to the kernel
        Probe.lonelyCall("x32 getpid", "1073741863", ENOSYS),
        new Probe(
            "32-bit gate getpid",
            "./syscall '!20'",
            "159 (Bad system call ?)?",
            new Probe.Control("./syscall '!20'", false, 0)));
  }
}
