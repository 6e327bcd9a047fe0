package io.ash.app.client;

import io.ash.config.Secret;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Calls one server with one key.
 *
 * <p>Thread-safe. Any answer that is not a success is a failure with {@link ApiFailure}.
 */
public final class ApiClient {
  private static final int CONNECTIONS = 1024;
  private static final long ANSWER_MILLIS = 300_000;

  private final HttpClient http;
  private final URI url;
  private final Optional<Secret> key;

  public ApiClient(Vertx vertx, URI url, Optional<Secret> key) {
    this.url = url;
    this.key = key;
    this.http =
        vertx.createHttpClient(
            new HttpClientOptions().setTcpNoDelay(true).setConnectTimeout(5_000),
            new PoolOptions().setHttp1MaxSize(CONNECTIONS));
  }

  /** GET with a JSON answer. */
  public Future<JsonObject> get(String path) {
    return call(HttpMethod.GET, path, null);
  }

  /** POST with a JSON answer. */
  public Future<JsonObject> post(String path, JsonObject body) {
    return call(HttpMethod.POST, path, body);
  }

  /** PATCH with a JSON answer. */
  public Future<JsonObject> patch(String path, JsonObject body) {
    return call(HttpMethod.PATCH, path, body);
  }

  /** DELETE with a JSON answer. */
  public Future<JsonObject> delete(String path) {
    return call(HttpMethod.DELETE, path, null);
  }

  /** Sends a message; every frame of its stream goes to {@code frames}; done at its end. */
  public Future<Void> stream(String path, JsonObject body, Consumer<Frame> frames) {
    return request(HttpMethod.POST, path)
        .compose(
            request ->
                request
                    .send(body.toBuffer())
                    .compose(
                        response -> {
                          if (response.statusCode() != 200) {
                            return refused("POST " + path, response).mapEmpty();
                          }
                          response.handler(new FrameParser(frames));
                          return response.end();
                        }));
  }

  /** The status of a GET, whatever it is. */
  public Future<Integer> status(String path) {
    return request(HttpMethod.GET, path)
        .compose(HttpClientRequest::send)
        .compose(response -> response.end().map(response.statusCode()));
  }

  /** Closes its connections. */
  public Future<Void> close() {
    return http.close();
  }

  private Future<JsonObject> call(HttpMethod method, String path, @Nullable JsonObject body) {
    return request(method, path)
        .compose(request -> request.send(body == null ? Buffer.buffer() : body.toBuffer()))
        .compose(
            response ->
                response.statusCode() / 100 == 2
                    ? response.body().map(ApiClient::json)
                    : refused(method + " " + path, response));
  }

  private Future<HttpClientRequest> request(HttpMethod method, String path) {
    RequestOptions options =
        new RequestOptions()
            .setAbsoluteURI(url.resolve(path).toString())
            .setMethod(method)
            .setIdleTimeout(ANSWER_MILLIS);
    if (method.equals(HttpMethod.POST)) {
      options.putHeader("Content-Type", "application/json");
    }
    key.ifPresent(k -> options.putHeader("Authorization", "Bearer " + k.reveal()));
    return http.request(options).recover(e -> Future.failedFuture(new ApiFailure(url, e)));
  }

  private static Future<JsonObject> refused(String call, HttpClientResponse response) {
    return response
        .body()
        .compose(
            body -> Future.failedFuture(new ApiFailure(call, response.statusCode(), text(body))));
  }

  private static String text(Buffer body) {
    try {
      JsonObject json = body.toJsonObject();
      return json.getString("message", json.getString("error", json.encode()));
    } catch (DecodeException | ClassCastException e) {
      return body.length() > 200 ? body.length() + " bytes" : body.toString();
    }
  }

  private static JsonObject json(Buffer body) {
    return body.length() == 0 ? new JsonObject() : body.toJsonObject();
  }
}
