package io.ash.runner.sandbox;

import com.sun.jna.LastErrorException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * A process of its own that makes networks for a server that is not root.
 *
 * <p>It is started in a user namespace where it may. For each line {@code make} it answers with the
 * descriptors of a network and its listener, which the server copies; for {@code made N L} it lets
 * go of them. It ends with its input.
 */
final class Porter {
  static final String MAKE = "make";
  static final String MADE = "made";
  static final String READY = "ready";
  private static final String FAILED = "error";

  private Porter() {}

  /**
   * Reads the next answer of a porter. Its Java and what starts it may say things of their own
   * before; the last of them is the answer where there is none.
   */
  static String answer(BufferedReader porter) throws IOException {
    String said = "nothing";
    for (String line = porter.readLine(); line != null; line = porter.readLine()) {
      String word = line.split(" ", 2)[0];
      if (word.equals(READY) || word.equals(MADE) || word.equals(FAILED)) {
        return line;
      }
      said = line;
    }
    return said;
  }

  /** Serves until its input ends. */
  public static void main(String[] args) throws IOException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    NamespaceThread thread = new NamespaceThread();
    out.println(READY);
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split(" ");
      if (words[0].equals(MADE)) {
        Kernel.release(Integer.parseInt(words[1]));
        Kernel.release(Integer.parseInt(words[2]));
      } else {
        out.println(answer(thread));
      }
    }
    thread.close();
  }

  private static String answer(NamespaceThread thread) {
    try {
      NamespaceThread.Visit made = thread.make(NetworkSpace.PORT);
      return MADE + " " + made.network() + " " + made.listener();
    } catch (LastErrorException e) {
      return FAILED + " " + e.getErrorCode();
    }
  }
}
