package io.fleetfit.cost;

import io.fleetfit.cost.LatencyEstimate.Source;
import io.fleetfit.registry.Measurement;
import io.fleetfit.registry.Variant;
import io.fleetfit.registry.VariantRef;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Latency of a variant on a device from the best source there is: the device's own measurements, devices of the same
 * profile, another profile scaled, the cost model alone. Immutable.
 *
 * <p>The fleet's cost model transfers. Before it has learned a figure, scaling takes the ratio of what both profiles measured on a variant that both ran (the probe); where they share
 * none, the ratio that the cost model gives.
 */
public final class LatencyBook {
    /** A device's own figure still varies from run to run, at this many samples. */
    private static final double DEVICE_SPREAD = 0.10;

    private static final double DEVICE_SAMPLES = 200;
    private static final double DEVICE_SPREAD_MOST = 0.50;

    /** Boards of one profile differ by cooling, storage and neighbours. */
    private static final double PROFILE_SPREAD = 0.20;

    /** Transfer between instruction-set classes by one probe is off by 12 to 19 %; 90 % of cases lie within twice that. */
    private static final double SCALED_SPREAD = 0.35;

    /** Half width of the interval that holds 90 % of a normal distribution, in median absolute deviations. */
    private static final double NINE_OF_TEN = 2.44;

    private final DeviceRates.Source rates;
    private final TransferModel learned;
    /** Newest figure of each device, by variant. */
    private final Map<String, Map<VariantRef, LatencyEstimate>> byDevice = new HashMap<>();
    /** One figure a device, by profile and variant. */
    private final Map<String, Map<VariantRef, List<Double>>> byProfile = new HashMap<>();

    /**
     * A book of these measurements.
     *
     * @param learned what the whole fleet's figures say where the profile measured nothing
     * @param variants what it is about; measurements of others, on another execution provider than the variant's, or
     *     without a positive finite figure are left out
     * @param measurements newest first, as the registry gives them
     */
    public LatencyBook(
            DeviceRates.Source rates,
            TransferModel learned,
            Collection<Variant> variants,
            List<Measurement> measurements) {
        this.rates = rates;
        this.learned = learned;
        Map<VariantRef, String> providers = new HashMap<>();
        variants.forEach(it -> providers.put(it.ref(), it.settings().provider()));
        for (Measurement it : measurements) {
            boolean counts = it.provider().equals(providers.get(it.variant()));
            if (counts && it.p95Millis() > 0 && it.p95Millis() < Double.POSITIVE_INFINITY) {
                add(it);
            }
        }
    }

    private void add(Measurement it) {
        Map<VariantRef, LatencyEstimate> own = byDevice.computeIfAbsent(it.deviceId(), key -> new HashMap<>());
        if (own.containsKey(it.variant())) {
            return;
        }
        double spread = DEVICE_SPREAD * Math.sqrt(Math.max(1, DEVICE_SAMPLES / Math.max(1, it.samples())));
        own.put(
                it.variant(),
                LatencyEstimate.around(it.p95Millis(), Math.min(spread, DEVICE_SPREAD_MOST), Source.DEVICE));
        byProfile
                .computeIfAbsent(it.profile(), key -> new HashMap<>())
                .computeIfAbsent(it.variant(), key -> new ArrayList<>())
                .add(it.p95Millis());
    }

    /** What this device measured itself, by variant; empty if nothing. */
    public Map<VariantRef, LatencyEstimate> own(String deviceId) {
        return byDevice.getOrDefault(deviceId, Map.of());
    }

    /** The best estimate for a profile. */
    public LatencyEstimate ofProfile(String profile, Variant variant) {
        List<Double> same = figures(profile).get(variant.ref());
        if (same != null) {
            return ofDevices(same);
        }
        LatencyEstimate transferred = learned.latency(profile, variant);
        return transferred == null ? byRatio(profile, variant) : transferred;
    }

    private LatencyEstimate byRatio(String profile, Variant variant) {
        LatencyEstimate model = StaticCostModel.latency(variant, rates.of(profile));
        List<Double> probed = new ArrayList<>();
        List<Double> modelled = new ArrayList<>();
        for (String other : byProfile.keySet()) {
            List<Double> there = figures(other).get(variant.ref());
            if (there != null) {
                Double probe = probeRatio(profile, other);
                double cost = StaticCostModel.latency(variant, rates.of(other)).p95Millis();
                if (probe != null) {
                    probed.add(median(there) * probe);
                } else if (cost > 0) {
                    modelled.add(median(there) * model.p95Millis() / cost);
                }
            }
        }
        if (!probed.isEmpty()) {
            return LatencyEstimate.around(median(probed), SCALED_SPREAD, Source.SCALED);
        }
        return modelled.isEmpty() ? model : byModelRatio(modelled, rates.of(profile));
    }

    /** The ratio of two predictions is no better than the prediction, and no better than a probe. */
    private static LatencyEstimate byModelRatio(List<Double> scaled, DeviceRates rates) {
        double spread = Math.max(SCALED_SPREAD, rates.relativeUncertainty() * Math.sqrt(2));
        return LatencyEstimate.around(median(scaled), spread, Source.SCALED);
    }

    /** How much slower {@code profile} is than {@code other} on the variants that both ran; null if there are none. */
    private @Nullable Double probeRatio(String profile, String other) {
        Set<VariantRef> shared = new HashSet<>(figures(profile).keySet());
        shared.retainAll(figures(other).keySet());
        List<Double> ratios = new ArrayList<>();
        for (VariantRef probe : shared) {
            List<Double> here = figures(profile).getOrDefault(probe, List.of());
            List<Double> there = figures(other).getOrDefault(probe, List.of());
            ratios.add(median(here) / median(there));
        }
        return ratios.isEmpty() ? null : median(ratios);
    }

    private Map<VariantRef, List<Double>> figures(String profile) {
        return byProfile.getOrDefault(profile, Map.of());
    }

    /**
     * The median, and an interval that holds nine devices of ten, from the median absolute deviation: one broken device
     * does not speak for its profile, and goes by its own figure anyway.
     */
    private static LatencyEstimate ofDevices(List<Double> figures) {
        double middle = median(figures);
        double deviation =
                median(figures.stream().map(it -> Math.abs(it - middle)).toList());
        double spread = Math.max(PROFILE_SPREAD, NINE_OF_TEN * deviation / middle);
        return LatencyEstimate.around(middle, spread, Source.PROFILE);
    }

    private static double median(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
