package io.ash.coordinator.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds the numbered files {@code V001__name.sql} in the jar, or in a directory of classes. Blocks
 * on the file system for a moment; called once per process.
 */
public final class Migrations {
  private static final String DIRECTORY = "db/migration";
  private static final Pattern FILE = Pattern.compile("V(\\d{3,6})__([a-z0-9_]+)\\.sql");

  private Migrations() {}

  /** The migrations that belong to this ash, in order. */
  public static List<Migration> bundled() {
    return in(DIRECTORY);
  }

  static List<Migration> in(String directory) {
    ClassLoader loader = Migrations.class.getClassLoader();
    URL place = loader.getResource(directory);
    if (place == null) {
      throw new IllegalStateException("no " + directory + " on the class path");
    }
    List<Migration> found = new ArrayList<>();
    try {
      for (String name : names(place, directory)) {
        Matcher m = FILE.matcher(name);
        if (!m.matches()) {
          throw new IllegalStateException(
              directory + "/" + name + " is not named like V001__what_it_does.sql");
        }
        try (InputStream in = loader.getResourceAsStream(directory + "/" + name)) {
          if (in == null) {
            throw new IllegalStateException(directory + "/" + name + " cannot be opened");
          }
          String sql = new String(in.readAllBytes(), StandardCharsets.UTF_8);
          found.add(new Migration(Integer.parseInt(m.group(1)), m.group(2), sql));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return inOrder(found);
  }

  /** Sorted; numbers start at 1 and leave none out, or the files are a bug. */
  static List<Migration> inOrder(List<Migration> found) {
    List<Migration> sorted =
        found.stream().sorted(Comparator.comparingInt(Migration::version)).toList();
    for (int i = 0; i < sorted.size(); i++) {
      if (sorted.get(i).version() != i + 1) {
        throw new IllegalStateException(
            "migration " + sorted.get(i).label() + " stands where number " + (i + 1) + " belongs");
      }
    }
    return sorted;
  }

  private static List<String> names(URL place, String directory) throws IOException {
    if (place.openConnection() instanceof JarURLConnection jar) {
      jar.setUseCaches(false);
      try (var file = jar.getJarFile()) {
        return file.stream()
            .map(entry -> entry.getName())
            .filter(name -> name.startsWith(directory + "/") && name.endsWith(".sql"))
            .map(name -> name.substring(directory.length() + 1))
            .toList();
      }
    }
    try (Stream<Path> files = Files.list(Path.of(uri(place)))) {
      return files
          .map(path -> String.valueOf(path.getFileName()))
          .filter(name -> name.endsWith(".sql"))
          .toList();
    }
  }

  private static URI uri(URL url) {
    try {
      return url.toURI();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(url + " is no URI", e);
    }
  }
}
