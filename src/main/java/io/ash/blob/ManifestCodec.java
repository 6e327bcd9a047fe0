package io.ash.blob;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes manifests as canonical JSON and reads them back as input nobody trusts: {@code
 * {"version":1,"entries":[{"path":…,"type":"file",…},…]}}.
 *
 * <p>One manifest has one form, so its key changes exactly when the tree does.
 */
public final class ManifestCodec {
  /** Bytes of JSON a manifest can have at most. */
  public static final int MAX_BYTES = 16 << 20;

  private static final ObjectMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(5)
                          .maxStringLength(8192)
                          .maxNumberLength(20)
                          .maxNameLength(50)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .build();

  private ManifestCodec() {}

  /** The canonical bytes; {@link IllegalArgumentException} for a tree with too many names. */
  public static byte[] write(Manifest manifest) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeNumberField("version", 1);
      json.writeArrayFieldStart("entries");
      for (ManifestEntry entry : manifest.entries()) {
        JSON.writeValue(json, Item.of(entry));
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new IllegalStateException("memory cannot be written to", e);
    }
    if (out.size() > MAX_BYTES) {
      throw new IllegalArgumentException("the tree has too many files for one manifest");
    }
    return out.toByteArray();
  }

  /**
   * Reads a manifest; fails with {@link BadManifest} for anything that {@link #write} never made.
   */
  public static Manifest read(byte[] bytes) throws BadManifest {
    if (bytes.length > MAX_BYTES) {
      throw new BadManifest("it is longer than " + MAX_BYTES + " bytes");
    }
    try (JsonParser json = JSON.createParser(bytes)) {
      expect(json.nextToken() == JsonToken.START_OBJECT, "it is no object");
      expect("version".equals(json.nextFieldName()), "it does not start with its version");
      expect(json.nextIntValue(0) == 1, "its version is unknown");
      expect("entries".equals(json.nextFieldName()), "it has no entries");
      expect(json.nextToken() == JsonToken.START_ARRAY, "its entries are no list");
      List<ManifestEntry> entries = new ArrayList<>();
      while (json.nextToken() == JsonToken.START_OBJECT) {
        expect(entries.size() < Manifest.MAX_ENTRIES, "it has too many entries");
        entries.add(JSON.readValue(json, Item.class).entry());
      }
      expect(json.currentToken() == JsonToken.END_ARRAY, "an entry is no object");
      expect(json.nextToken() == JsonToken.END_OBJECT, "something follows its entries");
      expect(json.nextToken() == null, "something follows it");
      return new Manifest(entries);
    } catch (BadManifest e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw new BadManifest(String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new BadManifest("it is not the JSON of a manifest", e);
    }
  }

  private static void expect(boolean holds, String otherwise) throws BadManifest {
    if (!holds) {
      throw new BadManifest(otherwise);
    }
  }

  /** An entry as JSON has it. */
  @JsonPropertyOrder({"path", "type", "mode", "mtime", "size", "chunks", "target"})
  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Item(
      @Nullable String path,
      @Nullable String type,
      @Nullable Integer mode,
      @Nullable Long mtime,
      @Nullable Long size,
      @Nullable List<String> chunks,
      @Nullable String target) {

    static Item of(ManifestEntry entry) {
      if (entry instanceof ManifestEntry.File f) {
        return new Item(f.path(), "file", f.mode(), f.mtime(), f.size(), f.chunks(), null);
      }
      if (entry instanceof ManifestEntry.Directory d) {
        return new Item(d.path(), "dir", d.mode(), d.mtime(), null, null, null);
      }
      ManifestEntry.Link l = (ManifestEntry.Link) entry;
      return new Item(l.path(), "link", null, null, null, null, l.target());
    }

    ManifestEntry entry() {
      if (path != null && mode != null && mtime != null && target == null) {
        if ("file".equals(type) && size != null && chunks != null && !chunks.contains(null)) {
          return new ManifestEntry.File(path, mode, mtime, size, chunks);
        }
        if ("dir".equals(type) && size == null && chunks == null) {
          return new ManifestEntry.Directory(path, mode, mtime);
        }
      }
      if ("link".equals(type) && path != null && target != null && mode == null && size == null) {
        return new ManifestEntry.Link(path, target);
      }
      throw new IllegalArgumentException(
          "the entry " + (path == null ? "without a path" : RelativePath.shown(path)) + " is odd");
    }
  }
}
