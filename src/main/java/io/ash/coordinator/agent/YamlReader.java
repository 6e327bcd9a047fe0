package io.ash.coordinator.agent;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the plain part of YAML: one document of maps, lists and scalars.
 *
 * <p>Aliases, anchors on maps and lists, tags, duplicate keys and deep nesting are refused with the
 * path of the setting: settings have no use for them, and bombs are made of them.
 */
final class YamlReader {
  private static final int MAX_DEPTH = 8;
  private static final int MAX_NODES = 5_000;
  private static final YAMLFactory YAML = new YAMLFactory();

  private final YAMLParser in;
  private int nodes;

  private YamlReader(YAMLParser in) {
    this.in = in;
  }

  /** What cannot be read, as a sentence that names where. */
  static final class Unreadable extends Exception {
    private static final long serialVersionUID = 1L;

    Unreadable(String why) {
      super(why, null, false, false);
    }
  }

  /**
   * The document as maps (String to value), lists, String, Long, Double, Boolean or null; null for
   * a file of comments alone.
   */
  static @Nullable Object read(Buffer yaml) throws Unreadable {
    if (yaml.length() > AshYaml.MAX_BYTES) {
      throw new Unreadable("it is longer than " + AshYaml.MAX_BYTES + " bytes");
    }
    try (YAMLParser in = YAML.createParser(text(yaml))) {
      if (in.nextToken() == null) {
        return null;
      }
      Object value = new YamlReader(in).value("", 0);
      if (in.nextToken() != null) {
        throw new Unreadable("it has more than one document");
      }
      return value;
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      throw new Unreadable("it is not valid YAML" + (line > 0 ? ", line " + line : ""));
    } catch (IOException e) {
      throw new Unreadable("it cannot be read as YAML");
    }
  }

  private @Nullable Object value(String path, int depth) throws IOException, Unreadable {
    require(++nodes <= MAX_NODES, path, "is one value too many");
    require(!in.isCurrentAlias(), path, "is an alias; write the value itself");
    require(in.getObjectId() == null, path, "has an anchor; leave it out");
    require(in.getTypeId() == null, path, "has a tag; leave it out");
    require(depth <= MAX_DEPTH, path, "is nested too deep");
    JsonToken token = in.currentToken();
    return switch (token) {
      case START_OBJECT -> map(path, depth);
      case START_ARRAY -> list(path, depth);
      case VALUE_NUMBER_INT -> whole(path);
      case VALUE_NUMBER_FLOAT -> in.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> in.getText();
    };
  }

  private Map<String, @Nullable Object> map(String path, int depth) throws IOException, Unreadable {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    while (in.nextToken() != JsonToken.END_OBJECT) {
      require(in.currentToken() == JsonToken.FIELD_NAME, path, "is not a map of settings");
      require(!in.isCurrentAlias() && in.getObjectId() == null, path, "has an alias for a name");
      String name = in.currentName();
      String below = path.isEmpty() ? name : path + "." + name;
      require(!map.containsKey(name), below, "is there twice");
      in.nextToken();
      map.put(name, value(below, depth + 1));
    }
    return map;
  }

  private List<@Nullable Object> list(String path, int depth) throws IOException, Unreadable {
    List<@Nullable Object> list = new ArrayList<>();
    while (in.nextToken() != JsonToken.END_ARRAY) {
      list.add(value(path + "[" + list.size() + "]", depth + 1));
    }
    return list;
  }

  private Object whole(String path) throws IOException, Unreadable {
    require(in.getNumberType() != YAMLParser.NumberType.BIG_INTEGER, path, "is too large");
    return in.getLongValue();
  }

  private static String text(Buffer yaml) throws Unreadable {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(yaml.getBytes()))
          .toString();
    } catch (CharacterCodingException e) {
      throw new Unreadable("it is not UTF-8");
    }
  }

  private static void require(boolean holds, String path, String otherwise) throws Unreadable {
    if (!holds) {
      throw new Unreadable((path.isEmpty() ? "it" : path) + " " + otherwise);
    }
  }
}
