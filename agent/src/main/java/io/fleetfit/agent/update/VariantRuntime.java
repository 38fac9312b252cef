package io.fleetfit.agent.update;

import io.fleetfit.protocol.Budget;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.LatencySketch;
import io.fleetfit.protocol.Qualification;
import io.fleetfit.protocol.VariantManifest;
import java.nio.file.Path;

/**
 * Port: what runs variants on this device. The update machine calls it from one thread; inference goes on meanwhile on
 * others. The file handed in has been checked against the manifest's digest right before.
 */
public interface VariantRuntime {
    /**
     * Tries the variant, holds what it measures against contract, golden outputs and budget, and loads it beside what
     * serves. On success the loaded variant stays as the standby and replaces an earlier one; on failure nothing stays
     * loaded.
     *
     * @throws UpdateFailure with a code of origin {@code RUNTIME} or {@code BUDGET}, and what was measured
     */
    Qualification trial(VariantManifest manifest, ExecutionSettings settings, Budget budget, Path file)
            throws UpdateFailure;

    /**
     * Lets the variant serve the slot and lets go of what served it, losing no request. Uses the standby if that is this
     * variant with these settings, and loads the file otherwise. On failure the slot serves what it served before.
     *
     * @throws UpdateFailure with a code of origin {@code RUNTIME}
     */
    void activate(String slot, VariantManifest manifest, ExecutionSettings settings, Path file) throws UpdateFailure;

    /** Latencies of all inferences that what serves the slot has done, in milliseconds. */
    default LatencySketch latencies(String slot) {
        return LatencySketch.empty();
    }

    /** A variant will be tried soon: what takes time and does not need it may begin. */
    default void prepare() {}

    /** Lets the slot serve nothing; does nothing if there is no such slot. */
    void clear(String slot);

    /** Unloads the standby, if there is one, and lets go of what {@link #prepare} began. */
    void discardStandby();
}
