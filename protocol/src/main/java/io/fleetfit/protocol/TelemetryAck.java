package io.fleetfit.protocol;

import java.util.List;

/**
 * Says which telemetry batches are stored; only then do they leave the device's spool.
 *
 * @param protocol {@link Protocol#VERSION}
 * @param deviceId for whom
 * @param spoolId of the batches
 * @param stored their sequences
 */
public record TelemetryAck(String protocol, String deviceId, String spoolId, List<Long> stored) {
    public TelemetryAck {
        stored = List.copyOf(stored);
    }
}
