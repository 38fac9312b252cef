package io.fleetfit.protocol;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * First message after every connect.
 *
 * @param protocol {@link Protocol#VERSION}
 * @param deviceId who
 * @param agentVersion version of the agent
 * @param bootId changes with every start of the agent
 * @param at device clock
 * @param capabilities what the device is
 * @param held complete blobs on the disk
 * @param reported what runs
 * @param probe how it stands with the probe; absent if the agent has none
 */
public record Hello(
        String protocol,
        String deviceId,
        String agentVersion,
        String bootId,
        Instant at,
        Capabilities capabilities,
        List<HeldBlob> held,
        ReportedState reported,
        @Nullable ProbeState probe) {
    public Hello {
        held = List.copyOf(held);
    }

    /** Of an agent without a probe. */
    public Hello(
            String protocol,
            String deviceId,
            String agentVersion,
            String bootId,
            Instant at,
            Capabilities capabilities,
            List<HeldBlob> held,
            ReportedState reported) {
        this(protocol, deviceId, agentVersion, bootId, at, capabilities, held, reported, null);
    }
}
