package io.fleetfit.registry;

import io.fleetfit.protocol.Digest;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A file on its way in.
 *
 * @param id names it
 * @param size bytes in all
 * @param offset bytes that are there
 * @param sha256 digest: as announced while open, as computed when complete; absent while nobody said it
 * @param state where it stands
 * @param createdAt when it was announced
 * @param changedAt when bytes last came
 */
public record Upload(
        String id, long size, long offset, @Nullable Digest sha256, State state, Instant createdAt, Instant changedAt) {
    /** Where an upload stands. */
    public enum State {
        /** Bytes are missing, or all are there and not yet checked. */
        OPEN,
        /** It is a blob. */
        COMPLETE
    }
}
