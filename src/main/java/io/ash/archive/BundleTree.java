package io.ash.archive;

import io.ash.model.Refused;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The shape that a bundle gives to a tree, as far as it has been read: names below names, with what
 * the reader notes of each. Bounded in entries and in the length of all names, directories that are
 * only implied included. For one thread at a time.
 *
 * @param <T> what is noted
 */
public final class BundleTree<T> {
  private final Node<T> top = new Node<>("", true);
  private int nodes;
  private long chars;

  /** A name. */
  public static final class Node<T> {
    private final String name;
    private final boolean directory;
    private final Map<String, Node<T>> below = new HashMap<>(0);
    private @Nullable T note;

    private Node(String name, boolean directory) {
      this.name = name;
      this.directory = directory;
    }

    /** The name alone. */
    public String name() {
      return name;
    }

    /** Whether it is a directory, named or implied. */
    public boolean isDirectory() {
      return directory;
    }

    /** What is in it. */
    public Collection<Node<T>> below() {
      return below.values();
    }

    /** What was noted; null for what is only implied. */
    public @Nullable T note() {
      return note;
    }
  }

  /** The top, which has no name. */
  public Node<T> top() {
    return top;
  }

  /**
   * Notes an entry and answers what was noted of an earlier one with its path. Fails with {@link
   * Refused} where it lies below a file or link, where its path is both a directory and something
   * else, and where there is too much.
   */
  public @Nullable T put(BundleEntry entry, T note) {
    String path = entry.path();
    chars += path.length();
    if (chars > BundleLimits.MOST_NAME_CHARS) {
      throw BundleLimits.tooLarge();
    }
    boolean directory = entry.kind() == BundleEntry.Kind.DIRECTORY;
    Node<T> at = top;
    int from = 0;
    for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', from)) {
      at = child(at, path.substring(from, slash), true);
      if (!at.directory) {
        throw BundleReader.refused(path, "lies below a file or link");
      }
      from = slash + 1;
    }
    at = child(at, path.substring(from), directory);
    if (at.directory != directory) {
      throw BundleReader.refused(path, "is both a directory and something else");
    }
    T before = at.note;
    at.note = note;
    return before;
  }

  private Node<T> child(Node<T> in, String name, boolean directory) {
    Node<T> found = in.below.get(name);
    if (found != null) {
      return found;
    }
    if (++nodes > BundleLimits.MOST_ENTRIES) {
      throw BundleLimits.tooLarge();
    }
    Node<T> made = new Node<>(name, directory);
    in.below.put(name, made);
    return made;
  }
}
