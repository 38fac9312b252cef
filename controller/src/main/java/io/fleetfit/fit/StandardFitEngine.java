package io.fleetfit.fit;

import io.fleetfit.cost.DeviceRates;
import io.fleetfit.cost.LatencyBook;
import io.fleetfit.cost.TransferModel;
import io.fleetfit.registry.Measurement;
import io.fleetfit.registry.Variant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Filter, score, explain.
 *
 * <p>Most of a decision is the same for all devices of a profile: latency, peak memory, operators, quality. A prepared
 * fit works that out once a profile and policy and keeps it.
 */
public final class StandardFitEngine implements FitEngine {
    private final DeviceRates.Source rates;
    private final TransferModel learned;

    /** A fit that takes cost rates of profiles from {@code rates} and knows nothing else. */
    public StandardFitEngine(DeviceRates.Source rates) {
        this(rates, TransferModel.none());
    }

    /** A fit that asks {@code learned} where a profile measured nothing itself. */
    public StandardFitEngine(DeviceRates.Source rates, TransferModel learned) {
        this.rates = rates;
        this.learned = learned;
    }

    @Override
    public Prepared prepare(List<Variant> variants, List<Measurement> measurements) {
        List<Variant> inOrder =
                variants.stream().sorted(Comparator.comparing(Variant::ref)).toList();
        LatencyBook book = new LatencyBook(rates, learned, inOrder, measurements);
        Map<PlanKey, FitPlan> plans = new ConcurrentHashMap<>();
        return (subject, policy) -> {
            PlanKey key = new PlanKey(subject.device().profile(), policy);
            FitPlan plan = plans.get(key);
            if (plan == null) {
                plan = plans.computeIfAbsent(key, it -> new FitPlan(it.profile(), it.policy(), inOrder, book, rates));
            }
            return plan.decide(subject, book.own(subject.device().id()));
        };
    }

    private record PlanKey(String profile, Policy policy) {}
}
