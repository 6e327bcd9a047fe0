package io.ash.runner.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineSplitterTest {
  private final List<String> heard = new ArrayList<>();

  private LineSplitter splitter(int max) {
    return new LineSplitter(
        max,
        new LineSplitter.Lines() {
          @Override
          public void line(String text) {
            heard.add(text);
          }

          @Override
          public void tooLong(int maxBytes) {
            heard.add("<too long " + maxBytes + ">");
          }
        });
  }

  @Test
  void cutsAtLineFeedsAndTakesCarriageReturnsOff() {
    splitter(100).write(Buffer.buffer("a\r\nb\n\nc\rd\n"));

    assertThat(heard).containsExactly("a", "b", "", "c\rd");
  }

  @Test
  void findsTheSameLinesWhateverTheChunks() {
    byte[] bytes = "ä€😀\r\nzwei\n".getBytes(StandardCharsets.UTF_8);
    for (int chunk = 1; chunk <= bytes.length; chunk++) {
      heard.clear();
      LineSplitter splitter = splitter(100);
      for (int i = 0; i < bytes.length; i += chunk) {
        splitter.write(bytes, i, Math.min(bytes.length, i + chunk));
      }
      assertThat(heard).as("chunks of %d", chunk).containsExactly("ä€😀", "zwei");
    }
  }

  @Test
  void replacesWhatIsNotUtf8() {
    splitter(100).write(Buffer.buffer(new byte[] {'a', (byte) 0xe2, (byte) 0x82, 'b', '\n'}));

    assertThat(heard).containsExactly("a\ufffdb");
  }

  @Test
  void takesTheLastLineWithoutAnEnd() {
    LineSplitter splitter = splitter(100);
    splitter.write(Buffer.buffer("a\nlast"));
    splitter.end();

    assertThat(heard).containsExactly("a", "last");
  }

  @Test
  void saysNothingAtTheEndOfAnEmptyStream() {
    splitter(100).end();

    assertThat(heard).isEmpty();
  }

  @Test
  void takesALineOfExactlyTheLimit() {
    splitter(3).write(Buffer.buffer("abc\nabcd\nxyz\n"));

    assertThat(heard).containsExactly("abc", "<too long 3>", "xyz");
  }

  @Test
  void reportsAnEndlessLineOnceWithoutHoldingIt() {
    LineSplitter splitter = splitter(1024);
    byte[] chunk = "x".repeat(64 * 1024).getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 1600; i++) {
      splitter.write(chunk, 0, chunk.length);
    }
    splitter.write(Buffer.buffer("\nnext\n"));

    assertThat(heard).containsExactly("<too long 1024>", "next");
  }

  @Test
  void forgetsATooLongLineThatTheStreamEndsIn() {
    LineSplitter splitter = splitter(2);
    splitter.write(Buffer.buffer("abc"));
    splitter.end();

    assertThat(heard).containsExactly("<too long 2>");
  }
}
