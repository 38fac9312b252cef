package io.fleetfit.protocol;

import java.time.Instant;

/**
 * Whether a device is connected; retained. The offline form is the last will.
 *
 * @param protocol {@link Protocol#VERSION}
 * @param deviceId who
 * @param bootId of the agent's start that set the will
 * @param online state
 * @param at device clock; for a will the time of the connect
 */
public record Presence(String protocol, String deviceId, String bootId, boolean online, Instant at) {}
