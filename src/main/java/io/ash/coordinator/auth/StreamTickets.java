package io.ash.coordinator.auth;

import io.ash.config.Secret;
import io.ash.coordinator.store.TicketStore;
import io.ash.coordinator.store.TicketStore.NewTicket;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.model.SessionId;
import io.vertx.core.Future;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Tickets for reading the stream of one session, for clients that cannot send headers.
 *
 * <p>A ticket opens its stream once within {@link #FIRST_USE}, and again for requests that say
 * where they left off, until {@link #REUSE} is over or the key it was issued with is gone: a stored
 * key takes its tickets with it, and a changed {@code ASH_API_KEY} makes its tickets unreadable.
 * Only hashes are stored, so tickets work on every coordinator. Thread-safe.
 */
public final class StreamTickets {
  /** How long a ticket waits for its first use. */
  public static final Duration FIRST_USE = Duration.ofSeconds(60);

  /** How long a used ticket opens its stream again. */
  public static final Duration REUSE = Duration.ofHours(12);

  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_-]{43}");

  private final TicketStore store;
  private final KeyHashes hashes;
  private final Optional<Secret> environmentKey;
  private final SecureRandom random = new SecureRandom();

  public StreamTickets(TicketStore store, KeyHashes hashes, Optional<Secret> environmentKey) {
    this.store = store;
    this.hashes = hashes;
    this.environmentKey = environmentKey;
  }

  /**
   * A new ticket for a session of the caller's tenant; that it is one, the caller has to make sure.
   * 43 base64url characters.
   */
  public Future<String> issue(Caller caller, SessionId session) {
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    String ticket = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    String hash = caller.keyId().isPresent() ? hashes.stored(ticket) : hashes.stored(bound(ticket));
    return store
        .insert(
            new NewTicket(hash, caller.tenant(), session.value(), caller.keyId(), FIRST_USE, REUSE))
        .map(ticket);
  }

  /**
   * Uses a ticket; answers on whose behalf. Fails with UNAUTHORIZED for a ticket that is unknown,
   * of another session, too old, or used before by a request without a position.
   *
   * @param continues whether the request says where it left off
   */
  public Future<Caller> redeem(String ticket, SessionId session, boolean continues) {
    if (!FORM.matcher(ticket).matches()) {
      return refused();
    }
    List<String> candidates =
        Stream.concat(
                hashes.all(ticket).stream(),
                environmentKey.stream().flatMap(k -> hashes.all(bound(ticket)).stream()))
            .toList();
    return store
        .redeem(candidates, session.value(), continues)
        .compose(
            found ->
                found
                    .map(t -> Future.succeededFuture(new Caller(t.tenant(), t.keyId())))
                    .orElseGet(StreamTickets::refused));
  }

  private String bound(String ticket) {
    return ticket + "\n" + environmentKey.map(Secret::reveal).orElse("");
  }

  private static <T> Future<T> refused() {
    return Future.failedFuture(
        new Refused(Refusal.UNAUTHORIZED, "Invalid or expired stream ticket"));
  }
}
