package io.fleetfit.fleet;

import io.fleetfit.protocol.Capabilities;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One enrolled device.
 *
 * @param id unique; letters, digits, {@code . _ -}
 * @param profile name of the matched profile, or of an ad-hoc one
 * @param capabilities what it last said of itself
 * @param labels free key-value pairs of the operators
 * @param agentVersion version of its agent
 * @param online whether it is connected
 * @param enrolledAt when it was enrolled
 * @param lastSeen newest message, controller clock; absent before the first
 */
public record Device(
        String id,
        String profile,
        Capabilities capabilities,
        Map<String, String> labels,
        String agentVersion,
        boolean online,
        Instant enrolledAt,
        @Nullable Instant lastSeen) {
    public Device {
        labels = Map.copyOf(labels);
    }
}
