package io.fleetfit.protocol;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that one device shall run. Retained; travels as a signed {@link DsseEnvelope} of payload type
 * {@link DsseEnvelope#DESIRED_STATE}.
 *
 * @param protocol {@link Protocol#VERSION}
 * @param deviceId for whom; a device refuses another's
 * @param generation grows with every change; a device ignores an older one
 * @param issuedAt when it was signed
 * @param expiresAt after this a device that has not seen it refuses it
 * @param assignments one a slot; a slot that is not named is emptied
 * @param probe number of the newest probe that was asked for; a device that has answered lower ones only runs one; absent
 *     before the first
 */
public record DesiredState(
        String protocol,
        String deviceId,
        long generation,
        Instant issuedAt,
        Instant expiresAt,
        List<Assignment> assignments,
        @Nullable Long probe) {
    public DesiredState {
        assignments = List.copyOf(assignments);
    }

    /** Without a probe. */
    public DesiredState(
            String protocol,
            String deviceId,
            long generation,
            Instant issuedAt,
            Instant expiresAt,
            List<Assignment> assignments) {
        this(protocol, deviceId, generation, issuedAt, expiresAt, assignments, null);
    }
}
