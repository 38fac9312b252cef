package io.fleetfit.fleet;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Port: persistence of API tokens. Each method is one transaction. */
public interface TokenStore {
    void insert(ApiToken token);

    /** Inserts the token if there is none at all, also when several controllers try at once; whether it did. */
    boolean insertFirst(ApiToken token);

    Optional<ApiToken> byHash(String hash);

    /** Oldest first. */
    List<ApiToken> list();

    /** Notes that the token was shown. */
    void touch(String id, Instant at);

    /** Whether it was there. */
    boolean delete(String id);
}
