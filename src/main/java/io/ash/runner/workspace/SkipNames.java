package io.ash.runner.workspace;

import java.util.Set;

/** Names that listings and bundles of a workspace leave out. */
final class SkipNames {
  private static final Set<String> NEVER_LISTED =
      Set.of("node_modules", ".git", "__pycache__", ".DS_Store");
  private static final Set<String> SCRATCH =
      Set.of(".cache", ".npm", ".pnpm-store", ".yarn", ".venv", "venv", ".tmp", "tmp");
  private static final Set<String> SECRETS =
      Set.of(".env", ".env.local", ".env.production", ".env.development", ".DS_Store");

  private SkipNames() {}

  /** Whether a listing shows this name. */
  static boolean isListed(String name, boolean includeHidden) {
    return !NEVER_LISTED.contains(name)
        && !name.endsWith(".sock")
        && !name.endsWith(".lock")
        && !name.endsWith(".pid")
        && (includeHidden || !SCRATCH.contains(name));
  }

  /** Whether a bundle has a directory of this name; the history of a repository goes with it. */
  static boolean isBundledDirectory(String name) {
    return !name.equals("node_modules") && !name.equals("__pycache__") && !SCRATCH.contains(name);
  }

  /** Whether a bundle has a file of this name. */
  static boolean isBundledFile(String name) {
    return !SECRETS.contains(name);
  }
}
