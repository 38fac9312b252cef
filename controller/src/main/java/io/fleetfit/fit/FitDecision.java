package io.fleetfit.fit;

import io.fleetfit.cost.LatencyEstimate;
import io.fleetfit.registry.VariantRef;
import java.util.List;
import java.util.Optional;

/**
 * The outcome of a fit for one device. No fit is a value: {@code ranking} is empty then.
 *
 * @param deviceId for whom
 * @param ranking variants that fit, best first
 * @param rejections variants that do not, with all reasons
 */
public record FitDecision(String deviceId, List<Ranked> ranking, List<Rejection> rejections) {

    /**
     * A variant that fits.
     *
     * @param variant which
     * @param score 0 to 100
     * @param parts the shares of the score
     * @param latency what one inference takes
     * @param peakMemoryBytes estimate of the peak memory in bytes
     * @param downloadBytes what would be moved, blobs already held left out
     */
    public record Ranked(
            VariantRef variant,
            double score,
            ScoreParts parts,
            LatencyEstimate latency,
            long peakMemoryBytes,
            long downloadBytes) {}

    /**
     * Shares of a score, each 0 to 100 before weighting.
     *
     * @param quality effective quality
     * @param latencyHeadroom distance to the latency budget
     * @param memoryHeadroom distance to the memory budget
     * @param changeCost 100 when nothing has to be moved
     */
    public record ScoreParts(double quality, double latencyHeadroom, double memoryHeadroom, double changeCost) {}

    public FitDecision {
        ranking = List.copyOf(ranking);
        rejections = List.copyOf(rejections);
    }

    /** The best variant, if any fits. */
    public Optional<Ranked> chosen() {
        return ranking.isEmpty() ? Optional.empty() : Optional.of(ranking.get(0));
    }
}
