package io.fleetfit.fit;

import io.fleetfit.cost.DeviceRates;
import io.fleetfit.cost.LatencyBook;
import io.fleetfit.protocol.Capabilities;
import io.fleetfit.registry.Measurement;
import io.fleetfit.registry.Variant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Filter, score, explain.
 *
 * <p>Most of a decision is the same for all devices of a profile: latency, peak memory, operators, quality. A prepared
 * fit works that out once a profile and policy and keeps it.
 */
public final class StandardFitEngine implements FitEngine {
    private final DeviceRates.Source rates;
    private final Function<Capabilities, String> kernels;

    /** A fit that takes cost rates of profiles from {@code rates}, of devices whose kernels nobody knows. */
    public StandardFitEngine(DeviceRates.Source rates) {
        this(rates, device -> "an unknown class");
    }

    /**
     * A fit that takes cost rates of profiles from {@code rates}.
     *
     * @param kernels class of kernels that a device runs, as the tag {@code kernels} of variants names it
     */
    public StandardFitEngine(DeviceRates.Source rates, Function<Capabilities, String> kernels) {
        this.rates = rates;
        this.kernels = kernels;
    }

    @Override
    public Prepared prepare(List<Variant> variants, List<Measurement> measurements) {
        List<Variant> inOrder =
                variants.stream().sorted(Comparator.comparing(Variant::ref)).toList();
        LatencyBook book = new LatencyBook(rates, inOrder, measurements);
        Map<PlanKey, FitPlan> plans = new ConcurrentHashMap<>();
        return (subject, policy) -> {
            PlanKey key = new PlanKey(subject.device().profile(), policy);
            FitPlan plan = plans.get(key);
            if (plan == null) {
                plan = plans.computeIfAbsent(
                        key, it -> new FitPlan(it.profile(), it.policy(), inOrder, book, rates, kernels));
            }
            return plan.decide(subject, book.own(subject.device().id()));
        };
    }

    private record PlanKey(String profile, Policy policy) {}
}
