package io.fleetfit.fleet;

import io.fleetfit.registry.Conflict;
import io.fleetfit.registry.Invalid;
import io.fleetfit.registry.NotFound;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Tokens that open the API: {@code fft_} and 43 characters, shown once, stored hashed. */
public final class ApiTokens {
    /** What every token begins with, so that scanners for leaked secrets can know it. */
    public static final String PREFIX = "fft_";

    private static final int ID_BYTES = 6;
    private static final int MAX_NAME = 128;
    /** Uses within this time are noted once, so that reading the API does not write the database. */
    private static final Duration TOUCH_EVERY = Duration.ofMinutes(1);

    /** A token and its secret, which is shown once. */
    public record Created(ApiToken token, String secret) {}

    private final TokenStore store;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    /** Tokens in the store. */
    public ApiTokens(TokenStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** The first token, an admin's, if there is none at all yet; several controllers that start at once make one. */
    public Optional<Created> createFirstAdmin() {
        Created first = fresh("first admin", ApiToken.Role.ADMIN);
        return store.insertFirst(first.token()) ? Optional.of(first) : Optional.empty();
    }

    /** Makes a token. */
    public Created create(String name, ApiToken.Role role) {
        if (name.isBlank() || name.length() > MAX_NAME) {
            throw new Invalid("a token needs a name for people", "name", name, "use 1 to " + MAX_NAME + " characters");
        }
        Created created = fresh(name, role);
        store.insert(created.token());
        return created;
    }

    private Created fresh(String name, ApiToken.Role role) {
        byte[] id = new byte[ID_BYTES];
        random.nextBytes(id);
        String secret = PasswordHash.newSecret(PREFIX, random);
        ApiToken token = new ApiToken(
                "t-" + HexFormat.of().formatHex(id), name, role, PasswordHash.of(secret), clock.instant(), null);
        return new Created(token, secret);
    }

    /** The token behind a secret; empty if there is none. Notes the use. */
    public Optional<ApiToken> authenticate(String secret) {
        Optional<ApiToken> found = store.byHash(PasswordHash.of(secret))
                .filter(token -> PasswordHash.matches(secret.getBytes(StandardCharsets.UTF_8), token.hash()));
        found.ifPresent(this::touch);
        return found;
    }

    private void touch(ApiToken token) {
        Instant now = clock.instant();
        Instant last = token.lastUsed();
        if (last == null || last.plus(TOUCH_EVERY).isBefore(now)) {
            store.touch(token.id(), now);
        }
    }

    /** All tokens, oldest first. */
    public List<ApiToken> list() {
        return store.list();
    }

    /** Ends a token; {@link Conflict} for the last admin's. */
    public void delete(String id) {
        ApiToken token = list().stream()
                .filter(candidate -> candidate.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new NotFound("token", id, "list the tokens"));
        boolean otherAdmin = list().stream()
                .anyMatch(other ->
                        other.role() == ApiToken.Role.ADMIN && !other.id().equals(id));
        if (token.role() == ApiToken.Role.ADMIN && !otherAdmin) {
            throw new Conflict("token '" + id + "' is the last admin's", "token", id, "make another admin token first");
        }
        store.delete(id);
    }
}
