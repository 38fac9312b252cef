package io.fleetfit.cost;

import io.fleetfit.registry.VariantRef;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Port: estimates beside what was measured, and proposals to fit anew. Each method is one transaction. */
public interface CostLedger {
    /** What the newest decision for the device expected of the variant. */
    Optional<LatencyEstimate> decided(String deviceId, VariantRef variant);

    /** The check of a variant on a device. */
    Optional<LatencyCheck> check(String deviceId, VariantRef variant);

    /** Writes a check over the one before it; a variant that is gone by then is no error. */
    void put(LatencyCheck check);

    /** Newest first, at most {@code limit}; of one model or profile, or of all where null. */
    List<LatencyCheck> checks(@Nullable String model, @Nullable String profile, int limit);

    /** Writes a proposal over an older one for the same device and variant. */
    void propose(RefitProposal proposal);

    /** Newest first, at most {@code limit}. */
    List<RefitProposal> proposals(int limit);
}
