package io.ash.coordinator.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.ash.model.SessionId;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.RoutingContext;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The parts of a request that many routes share. */
final class Requests {
  private static final Pattern VISIBLE = Pattern.compile("[\\x21-\\x7e]{1,255}");

  private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,8}");

  private Requests() {}

  /** The body as an object; nothing sent reads like an empty one. */
  static Fields fields(RoutingContext ctx) {
    JsonNode body = Bodies.of(ctx);
    return Fields.of(body.isMissingNode() ? Json.object() : body);
  }

  /** The body as an object that must have been sent. */
  static Fields requiredFields(RoutingContext ctx) {
    return Fields.of(Bodies.of(ctx));
  }

  /** The session of {@code :id}. */
  static SessionId sessionId(RoutingContext ctx) {
    try {
      return SessionId.of(ctx.pathParam("id"));
    } catch (IllegalArgumentException e) {
      throw new Invalid("params/id", "must be a UUID");
    }
  }

  /** A whole number from 1 in the path. */
  static int number(RoutingContext ctx, String name) {
    String text = ctx.pathParam(name);
    if (text == null || !NUMBER.matcher(text).matches()) {
      throw new Invalid("params/" + name, "must be a whole number from 1 to 999999999");
    }
    return Integer.parseInt(text);
  }

  /** What a path names after the fixed part of its route: decoded, relative, may be empty. */
  static String rest(RoutingContext ctx) {
    String path = ctx.normalizedPath();
    int from = 0;
    for (int slashes = slashes(ctx.currentRoute()); slashes > 0; slashes--) {
      from = path.indexOf('/', from) + 1;
      if (from == 0) {
        return "";
      }
    }
    String rest;
    try {
      rest = URLDecoder.decode(path.substring(from).replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new Invalid("params/*", "must be percent-encoded UTF-8");
    }
    if (rest.indexOf('\0') >= 0) {
      throw new Invalid("params/*", "must not contain a NUL character");
    }
    return rest;
  }

  /** Slashes before the rest; a route gives its path with or without the star. */
  private static int slashes(Route route) {
    String path = String.valueOf(route.getPath());
    String fixed = path.endsWith("*") ? path.substring(0, path.length() - 1) : path;
    return (int) (fixed + (fixed.endsWith("/") ? "" : "/")).chars().filter(c -> c == '/').count();
  }

  /** The Idempotency-Key, 1 to 255 visible ASCII characters, or null. */
  static @Nullable String idempotencyKey(RoutingContext ctx) {
    String key = ctx.request().getHeader("Idempotency-Key");
    if (key != null && !VISIBLE.matcher(key).matches()) {
      throw new Invalid("headers/idempotency-key", "must be 1 to 255 visible ASCII characters");
    }
    return key;
  }

  /** A fingerprint of what was asked, to tell a repeated request from another one. */
  static String fingerprint(String... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String part : parts) {
        digest.update(part.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
