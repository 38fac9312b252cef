package io.fleetfit.compress;

import io.fleetfit.protocol.Digest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Port: the recipes that users added. Each method is one transaction. */
public interface RecipeStore {
    /**
     * A recipe as it was added.
     *
     * @param name unique
     * @param yaml its text
     * @param digest of the text
     * @param createdAt when
     */
    record Stored(String name, String yaml, Digest digest, Instant createdAt) {}

    /** Adds a recipe; false if the name is taken, and nothing changed. */
    boolean insert(Stored recipe);

    /** The recipe of that name. */
    Optional<Stored> find(String name);

    /** In order of their names. */
    List<Stored> list();

    /** Removes a recipe; false if there was none. */
    boolean delete(String name);
}
