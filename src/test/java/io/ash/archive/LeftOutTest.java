package io.ash.archive;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LeftOutTest {
  @ParameterizedTest
  @CsvSource({
    // path, listed, listed with caches, bundled as a file
    "src/a.txt,          true,  true,  true",
    "node_modules/x/a.js,false, false, false",
    "a/.git/HEAD,        false, false, true",
    "a/__pycache__/x.pyc,false, false, false",
    "run.pid,            false, false, true",
    "yarn.lock,          false, false, true",
    "tmp/a,              false, true,  false",
    "a/.venv/b,          false, true,  false",
    "tmp,                false, true,  true",
    ".env,               true,  true,  false",
    "a/.env.local,       true,  true,  false",
    ".env.example,       true,  true,  true",
    "a/.DS_Store,        false, false, false",
    ".GIT/HEAD,          true,  true,  true",
    "Node_Modules/a,     true,  true,  true"
  })
  void leavesOutWhatNobodyWroteByHand(
      String path, boolean listed, boolean withCaches, boolean bundled) {
    assertThat(LeftOut.isListed(path, false)).isEqualTo(listed);
    assertThat(LeftOut.isListed(path, true)).isEqualTo(withCaches);
    assertThat(LeftOut.isBundled(path, false)).isEqualTo(bundled);
  }
}
