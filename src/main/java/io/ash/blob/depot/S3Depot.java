package io.ash.blob.depot;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * A bucket of a server that speaks S3 ({@code s3:}).
 *
 * <p>Uses what every such server has: single objects put, read, listed and deleted one by one.
 */
public final class S3Depot implements Depot {
  private static final Duration CONNECT = Duration.ofSeconds(3);
  private static final Duration SILENCE = Duration.ofSeconds(8);
  private static final Duration ATTEMPT = Duration.ofSeconds(10);
  private static final Duration CALL = Duration.ofSeconds(20);
  private static final String MARK = "ash-depot";
  private static final int MARK_MOST = 4_096;
  private static final int PRECONDITION_FAILED = 412;
  private static final int CONFLICT = 409;
  private static final int NOT_IMPLEMENTED = 501;

  private final S3Place place;
  private final S3Client s3;

  /** Sends nothing yet. */
  public S3Depot(S3Place place) {
    this.place = place;
    S3ClientBuilder builder =
        S3Client.builder()
            .region(Region.of(place.region()))
            .forcePathStyle(place.pathStyle())
            .credentialsProvider(credentials(place))
            // Checksums beyond the signature are refused by many servers; readers check the hash.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .httpClientBuilder(
                UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(SILENCE))
            .overrideConfiguration(c -> c.apiCallAttemptTimeout(ATTEMPT).apiCallTimeout(CALL));
    place.endpoint().ifPresent(builder::endpointOverride);
    this.s3 = builder.build();
  }

  private static AwsCredentialsProvider credentials(S3Place place) {
    if (place.keys().isEmpty()) {
      return DefaultCredentialsProvider.builder().build();
    }
    S3Place.Keys keys = place.keys().get();
    String secret = keys.secret().reveal();
    AwsCredentials signing =
        keys.token().isPresent()
            ? AwsSessionCredentials.create(keys.id(), secret, keys.token().get().reveal())
            : AwsBasicCredentials.create(keys.id(), secret);
    return StaticCredentialsProvider.create(signing);
  }

  @Override
  public String url() {
    return place.url();
  }

  /** More than a disk likes: most of the time of a request is its way. */
  @Override
  public int lanes() {
    return 16;
  }

  @Override
  public void write(BytesName name, byte[] bytes) throws IOException {
    put(name.path(), bytes, false);
  }

  @Override
  public Optional<byte[]> read(BytesName name, int most) throws IOException {
    return content(name.path(), most);
  }

  @Override
  public void delete(List<BytesName> names) throws IOException {
    for (BytesName name : names) {
      delete(name.path());
    }
  }

  @Override
  public List<Lying> list(@Nullable BytesName after) throws IOException {
    String from = after == null ? "blobs/" : after.path();
    ListObjectsV2Request request =
        ListObjectsV2Request.builder()
            .bucket(place.bucket())
            .prefix(place.prefix() + "blobs/")
            .startAfter(place.prefix() + from)
            .maxKeys(PAGE)
            .build();
    return asking(
        () -> {
          List<Lying> found = new ArrayList<>();
          // pages of foreign objects only must not look like the end
          for (var page : s3.listObjectsV2Paginator(request)) {
            for (S3Object object : page.contents()) {
              String key = object.key();
              BytesName.of(key.substring(key.lastIndexOf('/') + 1))
                  .filter(name -> key.equals(place.prefix() + name.path()))
                  .ifPresent(name -> found.add(new Lying(name, object.lastModified())));
            }
            if (!found.isEmpty()) {
              return found;
            }
          }
          return found;
        });
  }

  @Override
  public void tidy(Instant before) {
    // a put that is cut off leaves nothing
  }

  @Override
  public Optional<String> mark() throws IOException {
    return content(MARK, MARK_MOST).map(b -> new String(b, StandardCharsets.UTF_8).strip());
  }

  @Override
  public String mark(String wished) throws IOException {
    if (mark().isEmpty()) {
      put(MARK, (wished + "\n").getBytes(StandardCharsets.UTF_8), true);
    }
    return mark().orElseThrow(() -> new IOException("the mark just left in " + url() + " is gone"));
  }

  @Override
  public void probe() throws IOException {
    mark(); // a refused read says why; a refused write may only see its connection closed
    String name = "probe-" + UUID.randomUUID();
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    put(name, bytes, false);
    try {
      if (!Arrays.equals(content(name, bytes.length).orElse(new byte[0]), bytes)) {
        throw new IOException("what was written to " + url() + " is not what is read from it");
      }
      list(null);
    } finally {
      delete(name);
    }
  }

  @Override
  public void close() {
    s3.close();
  }

  private void put(String path, byte[] bytes, boolean unlessThere) throws IOException {
    PutObjectRequest.Builder request =
        PutObjectRequest.builder().bucket(place.bucket()).key(place.prefix() + path);
    if (unlessThere) {
      request.ifNoneMatch("*");
    }
    asking(
        () -> {
          try {
            return s3.putObject(request.build(), body(bytes));
          } catch (S3Exception e) {
            if (unlessThere
                && (e.statusCode() == PRECONDITION_FAILED || e.statusCode() == CONFLICT)) {
              return null;
            }
            if (unlessThere && e.statusCode() == NOT_IMPLEMENTED) {
              return s3.putObject(request.ifNoneMatch(null).build(), body(bytes));
            }
            throw e;
          }
        });
  }

  /** Without a copy: nobody changes these bytes any more. */
  private static RequestBody body(byte[] bytes) {
    return RequestBody.fromContentProvider(
        ContentStreamProvider.fromByteArrayUnsafe(bytes), bytes.length, "application/octet-stream");
  }

  private Optional<byte[]> content(String path, int most) throws IOException {
    return asking(
        () -> {
          try (ResponseInputStream<GetObjectResponse> in =
              s3.getObject(r -> r.bucket(place.bucket()).key(place.prefix() + path))) {
            byte[] bytes = in.readNBytes(most + 1);
            if (bytes.length > most) {
              in.abort();
              return Optional.<byte[]>empty();
            }
            return Optional.of(bytes);
          } catch (NoSuchKeyException e) {
            return Optional.<byte[]>empty();
          }
        });
  }

  private void delete(String path) throws IOException {
    asking(() -> s3.deleteObject(r -> r.bucket(place.bucket()).key(place.prefix() + path)));
  }

  private interface Question<T> {
    T ask() throws IOException;
  }

  private <T> T asking(Question<T> question) throws IOException {
    try {
      return question.ask();
    } catch (NoSuchBucketException e) {
      throw new IOException("there is no bucket " + place.bucket() + " at " + server(), e);
    } catch (S3Exception e) {
      throw new IOException(url() + " at " + server() + ": " + said(e), e);
    } catch (SdkException e) {
      throw new IOException(url() + " at " + server() + ": " + e.getMessage(), e);
    }
  }

  private static String said(S3Exception e) {
    String code = e.awsErrorDetails() == null ? "" : e.awsErrorDetails().errorCode();
    String text = e.awsErrorDetails() == null ? "" : e.awsErrorDetails().errorMessage();
    return "status " + e.statusCode() + " " + code + (text == null ? "" : ", " + text);
  }

  private String server() {
    return place.endpoint().map(Object::toString).orElse("region " + place.region());
  }
}
