package io.fleetfit.cost;

import io.fleetfit.registry.VariantRef;
import java.time.Instant;

/**
 * A device has become slower with a variant: somebody should fit it anew. Nothing changes by itself.
 *
 * @param deviceId where
 * @param profile its profile
 * @param variant what it runs
 * @param beforeMillis the median that it began with
 * @param nowMillis the newest median
 * @param at when it was noticed
 */
public record RefitProposal(
        String deviceId, String profile, VariantRef variant, double beforeMillis, double nowMillis, Instant at) {}
