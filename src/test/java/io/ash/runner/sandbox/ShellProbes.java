package io.ash.runner.sandbox;

import java.util.List;

/** What a program tries with files and the tools that every system has. */
final class ShellProbes {
  private static final String MISSING = "[12] .*No such file or directory.*";
  private static final String READ_ONLY = "[12] .*(Read-only file system|Permission denied).*";
  private static final String FORBIDDEN =
      "[0-9]+ .*(not permitted|Permission denied|Invalid argument).*";

  private ShellProbes() {}

  /**
   * All of them.
   *
   * @param secret a file of the host that everybody may read
   * @param data the directory of the sandboxes
   * @param other the workspace of another session
   * @param pid a process of the host
   */
  static List<Probe> all(String secret, String data, String other, long pid) {
    return List.of(
        // files of the host
        Probe.of("read a file of the host", "cat " + secret, MISSING),
        Probe.of("link to a file of the host", "ln -s " + secret + " l && cat l", MISSING),
        Probe.of("hard link to a file of the host", "ln " + secret + " h", ".*No such file.*"),
        Probe.of("climb out", "cat ../../../../../../../.." + secret, MISSING),
        Probe.of(
            "climb out of /proc", "cat /proc/self/cwd/../../../../../../../.." + secret, MISSING),
        Probe.of("climb out by the root of this process", "cat /proc/self/root" + secret, MISSING),
        new Probe(
            "climb out by the root of process 1",
            "cat /proc/1/root" + secret,
            "1 .*(No such file|Permission denied).*",
            new Probe.Control("cat /proc/self/root" + secret, false, 0)),
        Probe.of("list the data directory", "ls " + data, MISSING.replace("[12]", "2")),
        Probe.root("read another session by its path", "cat " + other + "/secret", MISSING),
        Probe.root("read the users' passwords", "cat /etc/shadow", MISSING),
        Probe.root("list the home of root", "ls /root", "2 .*No such file.*"),
        Probe.alone(
            "find the Docker socket", "test -e /var/run/docker.sock -o -e /run/docker.sock", "1 ?"),
        Probe.of("see /sys", "ls /sys/kernel", "2 .*No such file.*"),
        Probe.alone("see control groups", "ls /sys/fs/cgroup", "2 .*No such file.*"),
        // what is read-only
        Probe.alone("write programs", "touch /usr/bin/x", "1 .*Read-only file system.*"),
        Probe.root("write users", ": >>/etc/passwd", READ_ONLY),
        Probe.root("write the root", "touch /ash-probe && rm /ash-probe", READ_ONLY),
        Probe.root("write devices", "touch /dev/ash-probe && rm /dev/ash-probe", READ_ONLY),
        Probe.alone(
            "mount programs writable",
            "mount -o remount,rw /usr",
            "[0-9]+ .*(not permitted|permission denied|must be superuser).*"),
        Probe.root("make a device", "mknod d c 1 1 && rm d", "1 .*Operation not permitted.*"),
        Probe.alone(
            "find devices beyond the harmless",
            "ls /dev | grep -qvxE 'console|core|fd|full|null|ptmx|pts|random|shm|std(in|out|err)|tty|u?random|zero'",
            "1 ?"),
        Probe.alone(
            "read the disk",
            "head -c 1 /dev/vda /dev/sda /dev/mem /dev/kmem",
            "1 .*No such file.*"),
        Probe.alone("use KVM or FUSE", "test -e /dev/kvm -o -e /dev/fuse", "1 ?"),
        // the kernel by /proc
        Probe.root(
            "set the core pattern",
            "v=$(cat /proc/sys/kernel/core_pattern) && echo \"$v\" >/proc/sys/kernel/core_pattern",
            READ_ONLY),
        Probe.root(
            "set how memory is given",
            "v=$(cat /proc/sys/vm/overcommit_memory) && echo $v >/proc/sys/vm/overcommit_memory",
            READ_ONLY),
        Probe.alone(
            "ask for magic",
            ": >/proc/sysrq-trigger",
            "2 .*(Read-only|Permission denied|nonexistent).*"),
        Probe.alone(
            "read the kernel's memory",
            "head -c 1 /proc/kcore",
            "1 .*(not permitted|Permission denied|No such file).*"),
        Probe.alone(
            "learn addresses of the kernel",
            "awk '$1 !~ /^0+$/ {found = 1} END {exit !found}' /proc/kallsyms",
            "1 ?"),
        Probe.root(
            "forward packets",
            "v=$(cat /proc/sys/net/ipv4/ip_forward) && echo $v >/proc/sys/net/ipv4/ip_forward",
            READ_ONLY),
        Probe.alone(
            "escape the killer of memory",
            "echo -1000 >/proc/self/oom_score_adj",
            "1 .*I/O error.*"),
        Probe.alone("map another user", "echo '0 0 1' >/proc/self/uid_map", "1 .*I/O error.*"),
        // processes of others
        Probe.root("signal a process of the host", "kill -0 " + pid, "1 .*No such process.*"),
        Probe.of("see a process of the host", "test -e /proc/" + pid, "1 ?"),
        Probe.of(
            "see the server among the processes", "grep -q jav[a] /proc/[0-9]*/cmdline", "1 ?"),
        Probe.root(
            "read the environment of another session",
            "cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' | grep -q other-session-token",
            "1 ?"),
        Probe.root(
            "read another session by its processes",
            "for p in /proc/[0-9]*; do cat $p/root/workspace/secret 2>/dev/null && exit 0; done;"
                + " exit 1",
            "1 ?"),
        Probe.alone("read the memory of process 1", "head -c 1 /proc/1/mem", "1 .*"),
        Probe.alone(
            "hold files of the builder of the jail",
            "ls -l /proc/[0-9]*/fd 2>/dev/null | grep -E ' -> /' | grep -vE ' -> /(dev|proc|usr)/'",
            "1 ?"),
        Probe.alone(
            "inherit open files",
            "for f in /proc/self/fd/*; do test ${f##*/} -gt 2 && test -e $f && exit 0; done; exit 1",
            "1 ?"),
        // privileges
        Probe.root("become root", "setpriv --reuid 0 --clear-groups true", FORBIDDEN),
        Probe.root("become another user", "setpriv --reuid 65534 true", FORBIDDEN),
        Probe.root("become root by a program of root's", "su root -c true", "1 .*"),
        Probe.root(
            "take a capability",
            "setpriv --inh-caps +sys_admin --ambient-caps +sys_admin true",
            "[0-9]+ .+"),
        Probe.alone(
            "raise the limit of open files", "prlimit --nofile=900000:900000 true", FORBIDDEN),
        Probe.alone("run before all others", "chrt -f 1 true", FORBIDDEN),
        Probe.root("read the disk before all others", "ionice -c 1 true", FORBIDDEN),
        Probe.root(
            "give a file away", "touch f && chown 0:0 f", "1 .*(Invalid argument|not permitted).*"),
        Probe.alone("enter the namespaces of process 1", "nsenter -t 1 -m -n -p true", FORBIDDEN),
        Probe.alone(
            "new root within the jail", "/usr/sbin/chroot /workspace /syscall 39", FORBIDDEN),
        Probe.alone("new user namespace by tool", "unshare -Ur true", FORBIDDEN),
        Probe.alone("set the clock", "date -s 2001-01-01", "1 .*Operation not permitted.*"),
        // terminals
        Probe.alone("open the terminal of the server", ": </dev/tty", "[12] .*"),
        Probe.alone("see terminals of others", "ls /dev/pts | grep -qv ptmx", "1 ?"));
  }
}
