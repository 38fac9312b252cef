package io.fleetfit.protocol;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How it stands with the probe of a device.
 *
 * @param last id of the newest {@link ProbeReport}; absent if none ran to its end
 * @param at when that one began, device clock; absent with {@code last}
 * @param answered highest number of a probe that was asked for and run, or given up; 0 before the first
 * @param attempts runs in a row that were broken off; the device stops after three until it is asked again
 */
public record ProbeState(@Nullable String last, @Nullable Instant at, long answered, int attempts) {}
