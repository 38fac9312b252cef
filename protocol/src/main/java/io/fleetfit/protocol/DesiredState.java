package io.fleetfit.protocol;

import java.time.Instant;
import java.util.List;

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
 */
public record DesiredState(
        String protocol,
        String deviceId,
        long generation,
        Instant issuedAt,
        Instant expiresAt,
        List<Assignment> assignments) {
    public DesiredState {
        assignments = List.copyOf(assignments);
    }
}
