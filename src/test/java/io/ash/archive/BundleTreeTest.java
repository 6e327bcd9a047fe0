package io.ash.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ash.archive.BundleEntry.Kind;
import io.ash.archive.BundleTree.Node;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import org.junit.jupiter.api.Test;

class BundleTreeTest {
  private final BundleTree<String> tree = new BundleTree<>();

  @Test
  void answersWhatTheSameNameHadBefore() {
    assertThat(put(Kind.FILE, "a/b", "first")).isNull();
    assertThat(put(Kind.DIRECTORY, "a", "directory")).isNull();
    assertThat(put(Kind.FILE, "a/b", "second")).isEqualTo("first");

    Node<String> a = tree.top().below().iterator().next();
    assertThat(a.note()).isEqualTo("directory");
    assertThat(a.below()).extracting(Node::note).containsExactly("second");
  }

  @Test
  void refusesWhatIsTwoThings() {
    put(Kind.FILE, "file", "");
    put(Kind.LINK, "link", "");
    put(Kind.FILE, "directory/file", "");

    assertRefused(() -> put(Kind.FILE, "file/below", ""), Refusal.FILE_REFUSED);
    assertRefused(() -> put(Kind.FILE, "link/below", ""), Refusal.FILE_REFUSED);
    assertRefused(() -> put(Kind.DIRECTORY, "file", ""), Refusal.FILE_REFUSED);
    assertRefused(() -> put(Kind.LINK, "directory", ""), Refusal.FILE_REFUSED);
  }

  @Test
  void boundsTheLengthOfAllPaths() {
    String name = ("n".repeat(250) + "/").repeat(15);

    assertRefused(
        () -> {
          for (int i = 0; i < 5_000; i++) {
            put(Kind.FILE, name + i, "");
          }
        },
        Refusal.TOO_LARGE);
  }

  @Test
  void countsDirectoriesThatAreOnlyImplied() {
    assertRefused(
        () -> {
          for (int i = 0; i < 900; i++) {
            put(Kind.FILE, "d" + i + "/x".repeat(60), "");
          }
        },
        Refusal.TOO_LARGE);
  }

  private String put(Kind kind, String path, String note) {
    return tree.put(new BundleEntry(kind, path, 0644, 0, 0, ""), note);
  }

  private static void assertRefused(Runnable put, Refusal refusal) {
    assertThatThrownBy(put::run)
        .isInstanceOfSatisfying(Refused.class, e -> assertThat(e.refusal()).isEqualTo(refusal));
  }
}
