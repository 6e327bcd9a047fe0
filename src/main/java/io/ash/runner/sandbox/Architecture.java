package io.ash.runner.sandbox;

/** Machines the filter is written for, with the numbers that differ between them. */
enum Architecture {
  X86_64(0xC000003E, 56, 41, 53, 16),
  AARCH64(0xC00000B7, 220, 198, 199, 29);

  /** How the kernel names this architecture to a filter. */
  final int audit;

  final int clone;
  final int socket;
  final int socketPair;
  final int ioctl;

  Architecture(int audit, int clone, int socket, int socketPair, int ioctl) {
    this.audit = audit;
    this.clone = clone;
    this.socket = socket;
    this.socketPair = socketPair;
    this.ioctl = ioctl;
  }

  /** From the system property {@code os.arch}; throws where no filter exists. */
  static Architecture of(String osArch) {
    return switch (osArch) {
      case "amd64", "x86_64" -> X86_64;
      case "aarch64", "arm64" -> AARCH64;
      default ->
          throw new IllegalArgumentException(
              "no seccomp filter for " + osArch + "; sandboxes need x86_64 or aarch64");
    };
  }
}
