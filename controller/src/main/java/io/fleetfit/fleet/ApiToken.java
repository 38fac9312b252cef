package io.fleetfit.fleet;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A token that opens the API. The token itself is shown once and never stored.
 *
 * @param id for lists and removal
 * @param name for people
 * @param role what it may do
 * @param hash as {@link PasswordHash} writes it
 * @param createdAt when
 * @param lastUsed when it was last shown, to about a minute; absent before the first time
 */
public record ApiToken(
        String id,
        String name,
        Role role,
        String hash,
        Instant createdAt,
        @Nullable Instant lastUsed) {

    /** What a token may do; each role may do what those before it may. */
    public enum Role {
        /** Reads. */
        VIEWER,
        /** Changes models, labels, deployments and rollouts. */
        OPERATOR,
        /** Tokens, and removal of devices. */
        ADMIN;

        /** Whether this role may do what {@code needed} may. */
        public boolean covers(Role needed) {
            return compareTo(needed) >= 0;
        }
    }
}
