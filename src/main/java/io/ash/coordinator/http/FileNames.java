package io.ash.coordinator.http;

import io.ash.model.Refusal;
import io.ash.model.Refused;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Rules about names of files: which are safe, what they contain. */
final class FileNames {
  private static final int LONGEST_PATH = 4096;
  private static final Map<String, String> TYPES = types();

  private FileNames() {}

  /** The same path, if it is relative and stays inside; otherwise refused. */
  static String safe(String path) {
    if (path.isEmpty()) {
      throw new Refused(Refusal.FILE_REFUSED, "File path required");
    }
    if (!inside(path)) {
      throw new Refused(Refusal.FILE_REFUSED, "Invalid file path");
    }
    return path;
  }

  /** Whether a path is relative, has no {@code ..} and no NUL. */
  static boolean inside(String path) {
    return !path.startsWith("/")
        && path.length() <= LONGEST_PATH
        && path.indexOf('\0') < 0
        && Stream.of(path.split("[/\\\\]", -1)).noneMatch(".."::equals);
  }

  /** What a file contains, by its ending. */
  static String contentType(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    int dot = name.lastIndexOf('.');
    String ending = dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
    return TYPES.getOrDefault(ending, "application/octet-stream");
  }

  /** Content-Disposition of a download. */
  static String attachment(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    return "attachment; filename*=UTF-8''"
        + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20").replace("*", "%2A");
  }

  private static Map<String, String> types() {
    String table =
        """
        text/html: html htm
        text/css: css
        application/javascript: js mjs
        application/json: json
        application/xml: xml
        text/csv: csv
        text/plain: txt toml
        text/markdown: md
        text/yaml: yaml yml
        text/typescript: ts tsx
        text/javascript: jsx
        text/x-python: py
        text/x-ruby: rb
        text/x-rust: rs
        text/x-go: go
        text/x-java: java
        text/x-c: c h
        text/x-c++: cpp
        text/x-shellscript: sh bash zsh
        text/x-sql: sql
        image/svg+xml: svg
        image/png: png
        image/jpeg: jpg jpeg
        image/gif: gif
        image/webp: webp
        image/x-icon: ico
        application/pdf: pdf
        application/zip: zip
        application/gzip: gz
        application/x-tar: tar
        application/wasm: wasm
        video/mp4: mp4
        video/webm: webm
        audio/mpeg: mp3
        audio/wav: wav
        font/woff: woff
        font/woff2: woff2
        font/ttf: ttf
        font/otf: otf
        """;
    return table
        .lines()
        .map(line -> line.split(": ", 2))
        .flatMap(line -> Stream.of(line[1].split(" ", -1)).map(end -> Map.entry(end, line[0])))
        .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
  }
}
