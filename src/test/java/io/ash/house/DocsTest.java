package io.ash.house;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.app.Settings;
import io.ash.model.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What the pages say is there. */
class DocsTest {
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern SETTING = Pattern.compile("\\bASH_[A-Z0-9_]*[A-Z0-9]\\b");
  private static final Pattern COMMAND =
      Pattern.compile("(\\./run\\.sh|java -jar target/ash\\.jar)((?: +[a-z-][a-z-]*)*)");
  private static final Pattern CODE = Pattern.compile("\\b[45]\\d\\d `?([a-z]+(?:_[a-z]+)+)`");
  private static final Pattern ERROR_ROW = Pattern.compile("(?m)^\\| `([^`]+)`");
  private static final Pattern ROUTE = Pattern.compile("(?m)^  (/[^:]+):");
  private static final Pattern PATH =
      Pattern.compile("(?<![A-Za-z.])(/(?:api|health)(?:/[A-Za-z0-9:<>$*{}-]+)*)");
  private static final Pattern ARTIFACT = Pattern.compile("<artifactId>([^<]+)</artifactId>");

  /** Names that others read: existing clients, and the tests. */
  private static final Set<String> NOT_OURS = Set.of("ASH_SERVER_URL", "ASH_TEST_DOCKER");

  @Test
  void everyRelativeLinkLeadsSomewhere() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Path page : pages()) {
      for (String link : all(LINK, Files.readString(page))) {
        if (!link.matches("[a-z]+:.*") && !leads(page, link)) {
          broken.add(page + " -> " + link);
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  @Test
  void everySettingThatIsNamedExists() throws IOException {
    Set<String> unknown = new TreeSet<>();
    for (Path page : pages()) {
      unknown.addAll(all(SETTING, Files.readString(page)));
    }
    unknown.removeAll(Settings.names());
    unknown.removeAll(NOT_OURS);
    assertThat(unknown).isEmpty();
  }

  @Test
  void everyCommandThatIsNamedExists() throws Exception {
    List<String> unknown = new ArrayList<>();
    for (Path page : pages()) {
      for (MatchResult found : matches(COMMAND, Files.readString(page))) {
        String words = found.group(2).strip();
        boolean ofScript = found.group(1).equals("./run.sh") && words.equals("test");
        if (!words.isEmpty() && !ofScript && !understood(words.split(" +"))) {
          unknown.add(page + ": " + found.group());
        }
      }
    }
    assertThat(unknown).isEmpty();
  }

  @Test
  void everyErrorCodeThatIsNamedExists() throws IOException {
    Set<String> unknown = new TreeSet<>();
    for (Path page : pages()) {
      unknown.addAll(all(CODE, Files.readString(page)));
    }
    unknown.removeAll(Arrays.stream(Refusal.values()).map(Refusal::code).toList());
    assertThat(unknown).isEmpty();
  }

  @Test
  void everyRouteThatIsNamedIsDescribed() throws IOException {
    List<Pattern> templates =
        all(ROUTE, Files.readString(Path.of("src/main/resources/openapi.yaml"))).stream()
            .map(route -> Pattern.compile(route.replaceAll("\\{[a-z]+}", "[^/]+")))
            .toList();
    assertThat(templates).isNotEmpty();
    List<String> unknown = new ArrayList<>();
    for (Path page : pages()) {
      for (String path : all(PATH, Files.readString(page))) {
        if (templates.stream().noneMatch(t -> t.matcher(path).matches())) {
          unknown.add(page + ": " + path);
        }
      }
    }
    assertThat(unknown).isEmpty();
  }

  @Test
  void linesToTroubleshootAreLinesOfTheProgram() throws IOException {
    String page = Files.readString(Path.of("docs/operations.md"));
    String table =
        page.substring(page.indexOf("\n## Troubleshooting"), page.indexOf("\nWhile it runs:"));
    String source = source();
    List<String> unknown =
        all(ERROR_ROW, table).stream()
            .flatMap(line -> Stream.of(line.split("…")))
            .filter(part -> !part.isBlank() && !source.contains(part))
            .toList();
    assertThat(all(ERROR_ROW, table)).isNotEmpty();
    assertThat(unknown).isEmpty();
  }

  @Test
  void everyDecisionIsInTheIndex() throws IOException {
    String index = Files.readString(Path.of("docs/decisions/README.md"));
    try (Stream<Path> decisions = Files.list(Path.of("docs/decisions"))) {
      assertThat(decisions.map(p -> p.getFileName().toString()).filter(n -> !n.equals("README.md")))
          .allSatisfy(name -> assertThat(index).contains("(" + name + ")"));
    }
  }

  @Test
  void everyDependencyHasItsRow() throws IOException {
    String page = Files.readString(Path.of("docs/decisions/0001-dependencies.md"));
    String pom = Files.readString(Path.of("pom.xml"));
    int managed = pom.indexOf("</dependencyManagement>");
    String own = pom.substring(managed, pom.indexOf("<build>", managed));
    assertThat(all(ARTIFACT, own))
        .isNotEmpty()
        .allSatisfy(name -> assertThat(page).contains("`" + name + "`"));
  }

  private static boolean leads(Path page, String link) throws IOException {
    String[] parts = link.split("#", 2);
    Path target = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
    if (!Files.exists(target)) {
      return false;
    }
    return parts.length == 1
        || all(Pattern.compile("(?m)^#+ (.+)$"), Files.readString(target)).stream()
            .anyMatch(heading -> anchor(heading).equals(parts[1]));
  }

  private static String anchor(String heading) {
    return heading.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9 _-]", "").replace(' ', '-');
  }

  /** Whether the command line knows these commands and options. */
  private static boolean understood(String... words) throws ReflectiveOperationException {
    var constructor = Class.forName("io.ash.app.AshCommand").getDeclaredConstructor();
    constructor.setAccessible(true);
    CommandLine at = new CommandLine(constructor.newInstance());
    for (String word : words) {
      if (word.startsWith("-")) {
        if (!at.getCommandSpec().optionsMap().containsKey(word)) {
          return false;
        }
      } else if (at.getSubcommands().containsKey(word)) {
        at = at.getSubcommands().get(word);
      } else if (at.getCommandSpec().positionalParameters().isEmpty()) {
        return false;
      }
    }
    return true;
  }

  /** All sources as one text, with string literals that were cut into lines put together. */
  private static String source() throws IOException {
    StringBuilder text = new StringBuilder();
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      for (Path file :
          (Iterable<Path>) files.filter(p -> p.toString().endsWith(".java"))::iterator) {
        text.append(Files.readString(file).replaceAll("\"\\s*\\+\\s*\"", ""));
      }
    }
    return text.toString();
  }

  private static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    try (Stream<Path> top = Files.list(Path.of(""));
        Stream<Path> docs = Files.walk(Path.of("docs"))) {
      Stream.concat(top, docs).filter(p -> p.toString().endsWith(".md")).forEach(pages::add);
    }
    assertThat(pages).contains(Path.of("README.md"));
    return pages;
  }

  private static List<String> all(Pattern pattern, String text) {
    return matches(pattern, text).stream()
        .map(m -> m.groupCount() == 0 ? m.group() : m.group(1))
        .toList();
  }

  private static List<MatchResult> matches(Pattern pattern, String text) {
    return pattern.matcher(text).results().toList();
  }
}
