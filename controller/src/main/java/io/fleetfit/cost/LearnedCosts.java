package io.fleetfit.cost;

import io.fleetfit.cost.LatencyEstimate.Source;
import io.fleetfit.protocol.ExecutionSettings;
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
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The cost model over what a fleet measured at one time. A model is fitted once a profile, when it is first asked for, and
 * kept: decisions for many devices share it. Immutable but for that.
 */
public final class LearnedCosts implements TransferModel {
    /** The 95th percentile lies this far above the median where nobody measured both. */
    private static final double TAIL = 1.1;

    /** How many measurements' worth that counts. */
    private static final double TAIL_BELIEF = 3;

    /** Ends of the tail that are believed. */
    private static final double LONGEST_TAIL = 10;

    /** How far declared rates may be off where figures can tell: standard deviation of the logarithm of the speed. */
    private static final double MEASURED_DOUBT = 0.7;

    private static final double OTHER_DOUBT = 1;

    private final DeviceRates.Source rates;
    private final CostHistory history;
    private final Set<String> graphs = new HashSet<>();
    private final Set<Place> places = new HashSet<>();
    private final Map<Place, double[]> tails = new HashMap<>();
    private final Map<Place, CostModel> models = new ConcurrentHashMap<>();

    private record Place(String profile, String provider) {}

    /**
     * What these measurements say.
     *
     * @param variants those that the measurements are of; measurements of others are left out, as are figures that are no
     *     positive number
     */
    public LearnedCosts(DeviceRates.Source rates, Collection<Variant> variants, Collection<Measurement> measurements) {
        this.rates = rates;
        Map<VariantRef, Variant> known = new HashMap<>();
        variants.forEach(it -> known.put(it.ref(), it));
        List<Observation> observations = new ArrayList<>();
        for (Measurement it : measurements) {
            Variant variant = known.get(it.variant());
            double median = it.p50Millis() > 0 ? it.p50Millis() : it.p95Millis() / TAIL;
            if (variant != null && it.threads() > 0 && median > 0 && median < Double.POSITIVE_INFINITY) {
                observations.add(observation(it, variant, median));
                tail(it, median);
            }
        }
        for (Observation it : observations) {
            graphs.add(it.graph());
            places.add(new Place(it.placement().profile(), it.placement().provider()));
        }
        history = new CostHistory(observations, this::stated);
    }

    private Observation observation(Measurement it, Variant variant, double median) {
        return new Observation(
                placement(it.profile(), it.provider(), it.threads(), variant),
                it.deviceId(),
                it.variant().toString(),
                Workload.of(variant.summary()),
                variant.summary().estimated(),
                median);
    }

    private void tail(Measurement it, double median) {
        double tail = Math.max(1, Math.min(LONGEST_TAIL, it.p95Millis() / median));
        if (Double.isFinite(tail)) {
            double[] sum = tails.computeIfAbsent(new Place(it.profile(), it.provider()), key -> new double[2]);
            sum[0] += Math.log(tail);
            sum[1]++;
        }
    }

    private Placement placement(String profile, String provider, int threads, Variant variant) {
        return new Placement(
                profile, rates.traits(profile).isaClass(), provider, Math.max(1, threads), computesInInt8(variant));
    }

    /** Weight-only int8 computes in float; only a variant whose precision is int8 itself computes in int8. */
    static boolean computesInInt8(Variant variant) {
        return variant.precision().equals("int8");
    }

    /**
     * Declared rates count as sure as they say only until something was measured: figures then move them by factors. Those of
     * another provider than the CPU may be anything, since profiles declare the CPU's.
     */
    private UnitCosts stated(Placement placement) {
        UnitCosts declared = UnitCosts.of(rates.of(placement.profile()), placement.int8());
        boolean measured = places.contains(new Place(placement.profile(), placement.provider()));
        double least =
                placement.provider().equals(ExecutionSettings.CPU) ? (measured ? MEASURED_DOUBT : 0) : OTHER_DOUBT;
        return declared.withDoubt(Math.max(least, declared.doubt()));
    }

    @Override
    public @Nullable LatencyEstimate latency(String profile, Variant variant) {
        String provider = variant.settings().provider();
        Place place = new Place(profile, provider);
        boolean transfer =
                places.contains(place) || graphs.contains(variant.ref().toString());
        if (!transfer) {
            return null;
        }
        Integer threads = variant.settings().threads();
        Placement placement = placement(
                profile, provider, threads == null ? rates.traits(profile).cores() : threads, variant);
        CostModel model =
                models.computeIfAbsent(place, it -> history.model(it.profile(), placement.isaClass(), graphs));
        CostModel.Distribution it = model.estimate(
                placement,
                variant.ref().toString(),
                Workload.of(variant.summary()),
                variant.summary().estimated());
        double tail = tail(place);
        return new LatencyEstimate(
                it.medianMillis() * tail, it.lowerMillis() * tail, it.upperMillis() * tail, Source.SCALED);
    }

    /** The 95th percentile over the median on a profile. */
    private double tail(Place place) {
        double[] sum = tails.getOrDefault(place, new double[2]);
        return Math.exp((sum[0] + TAIL_BELIEF * Math.log(TAIL)) / (sum[1] + TAIL_BELIEF));
    }
}
