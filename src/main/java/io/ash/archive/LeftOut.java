package io.ash.archive;

import java.util.Set;

/**
 * The names that lists and bundles of a workspace leave out, live or at rest. Names are compared as
 * they are: another case or another Unicode form is another name.
 */
public final class LeftOut {
  /** Never in a list; the history of a repository is in bundles and snapshots all the same. */
  private static final Set<String> NEVER_LISTED =
      Set.of("node_modules", ".git", "__pycache__", ".DS_Store");

  private static final Set<String> NEVER_LISTED_ENDINGS = Set.of(".sock", ".lock", ".pid");

  private static final Set<String> SCRATCH =
      Set.of(".cache", ".npm", ".pnpm-store", ".yarn", ".venv", "venv", ".tmp", "tmp");

  private static final Set<String> NEVER_BUNDLED = Set.of("node_modules", "__pycache__");

  private static final Set<String> SECRETS =
      Set.of(".env", ".env.local", ".env.production", ".env.development", ".DS_Store");

  private LeftOut() {}

  /**
   * Whether lists show what has this path.
   *
   * @param includeHidden whether caches and scratch directories are shown
   */
  public static boolean isListed(String path, boolean includeHidden) {
    for (String name : path.split("/", -1)) {
      if (!isListedName(name, includeHidden)) {
        return false;
      }
    }
    return true;
  }

  /** The same for one name on the way to a file. */
  public static boolean isListedName(String name, boolean includeHidden) {
    return !NEVER_LISTED.contains(name)
        && NEVER_LISTED_ENDINGS.stream().noneMatch(name::endsWith)
        && (includeHidden || !SCRATCH.contains(name));
  }

  /** Whether bundles hold what has this path. */
  public static boolean isBundled(String path, boolean directory) {
    String[] names = path.split("/", -1);
    for (int i = 0; i < names.length; i++) {
      if (!isBundledName(names[i], directory || i < names.length - 1)) {
        return false;
      }
    }
    return true;
  }

  /** The same for one name on the way to a file. */
  public static boolean isBundledName(String name, boolean directory) {
    return directory
        ? !NEVER_BUNDLED.contains(name) && !SCRATCH.contains(name)
        : !SECRETS.contains(name);
  }
}
