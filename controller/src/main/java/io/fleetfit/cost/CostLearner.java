package io.fleetfit.cost;

import io.fleetfit.fleet.EventSink;
import io.fleetfit.registry.Measurement;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Takes in what devices measure: the model learns it, it is kept beside the estimate of the decision, and a device that has
 * become slower gets a proposal to be fitted anew.
 */
public final class CostLearner {
    private final Runnable changed;
    private final CostLedger ledger;
    private final EventSink events;

    /** Runs {@code changed} when there is something to learn, and writes into {@code ledger}. */
    public CostLearner(Runnable changed, CostLedger ledger, EventSink events) {
        this.changed = changed;
        this.ledger = ledger;
        this.events = events;
    }

    /** Takes in one measurement; figures that are no positive number are left out. */
    public void measured(Measurement it) {
        if (!isPositive(it.p50Millis()) || !isPositive(it.p95Millis())) {
            return;
        }
        changed.run();
        Optional<LatencyCheck> before = ledger.check(it.deviceId(), it.variant());
        Pace pace = before.map(LatencyCheck::pace).orElse(Pace.NEW);
        if (it.source() == Measurement.Source.PRODUCTION) {
            pace = pace.with(it.p50Millis());
        }
        if (pace.isSlower()) {
            propose(it, pace);
            pace = Pace.NEW;
        }
        ledger.put(new LatencyCheck(
                it.variant(),
                it.deviceId(),
                it.profile(),
                estimate(it, before),
                it.p95Millis(),
                it.p50Millis(),
                it.at(),
                pace));
    }

    /** A qualification follows a decision; what serves goes on under the one that put it there. */
    private @Nullable LatencyEstimate estimate(Measurement it, Optional<LatencyCheck> before) {
        if (before.isPresent() && it.source() == Measurement.Source.PRODUCTION) {
            return before.get().estimate();
        }
        return ledger.decided(it.deviceId(), it.variant()).orElse(null);
    }

    private void propose(Measurement it, Pace pace) {
        RefitProposal proposal = new RefitProposal(
                it.deviceId(), it.profile(), it.variant(), pace.levelMillis(), it.p50Millis(), it.at());
        ledger.propose(proposal);
        events.emit(
                "cost.refit-proposed",
                Map.of(
                        "device", it.deviceId(),
                        "variant", it.variant().toString(),
                        "beforeMillis", proposal.beforeMillis(),
                        "nowMillis", proposal.nowMillis()));
    }

    private static boolean isPositive(double value) {
        return value > 0 && value < Double.POSITIVE_INFINITY;
    }
}
