package io.fleetfit.rollout;

import io.fleetfit.registry.VariantRef;
import java.util.Map;
import java.util.Set;

/**
 * What the planner wishes to see for its next step.
 *
 * @param states states of the candidates; empty if there shall be none
 * @param variants only candidates of these variants; empty is all
 * @param borders highest order of a candidate by its profile; empty is all
 * @param closed time zones whose window is closed
 * @param full groups that may have no further device at work
 * @param limit most candidates
 */
public record Wants(
        Set<DeviceUpdate.State> states,
        Set<VariantRef> variants,
        Map<String, Long> borders,
        Set<String> closed,
        Set<String> full,
        int limit) {
    public Wants {
        states = Set.copyOf(states);
        variants = Set.copyOf(variants);
        borders = Map.copyOf(borders);
        closed = Set.copyOf(closed);
        full = Set.copyOf(full);
    }

    static Wants nothing() {
        return new Wants(Set.of(), Set.of(), Map.of(), Set.of(), Set.of(), 0);
    }
}
