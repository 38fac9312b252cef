package io.fleetfit.agent.update;

import io.fleetfit.protocol.Budget;
import io.fleetfit.protocol.ErrorCode;
import io.fleetfit.protocol.LatencySketch;
import io.fleetfit.protocol.UpdateError;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Holds the latencies of a variant in probation against its budget, window by window: a variant that was fast in its trial
 * and is slow in service is found here. Two windows in a row decide, so that one busy moment does not; what is left at
 * the end of the probation decides alone if it is clear. Not thread-safe.
 */
final class ProbationWatch {
    /** Inferences that make a window. */
    static final int WINDOW = 40;

    private static final int LEAST_AT_END = 20;
    private static final int STRIKES = 2;
    private static final double P95 = 0.95;
    /** The sketch is off by one part in a hundred, in each direction. */
    private static final double DOUBT = 1 + 2 * LatencySketch.RELATIVE_ERROR;

    private static final double CLEAR = 1.1;

    private final Map<String, Seen> slots = new HashMap<>();

    private record Seen(LatencySketch upTo, int strikes) {}

    /** The slot's probation ended, or another began. */
    void forget(String slot) {
        slots.remove(slot);
    }

    /**
     * Looks at what the slot did since the last window.
     *
     * @param all latencies since the variant began to serve
     * @param last whether the probation ends now
     * @return why the variant must go; null if nothing speaks against it
     */
    @Nullable
    UpdateError look(String slot, Budget budget, LatencySketch all, boolean last) {
        Double limit = budget.maxP95Millis();
        if (limit == null) {
            return null;
        }
        Seen seen = slots.getOrDefault(slot, new Seen(LatencySketch.empty(), 0));
        LatencySketch window = since(seen.upTo(), all);
        double p95 = window.quantile(P95);
        if (last && window.count() >= LEAST_AT_END && p95 > CLEAR * limit) {
            return slow(p95, limit, window.count());
        }
        if (window.count() < WINDOW) {
            return null;
        }
        int strikes = p95 > DOUBT * limit ? seen.strikes() + 1 : 0;
        slots.put(slot, new Seen(all, strikes));
        return strikes < STRIKES ? null : slow(p95, limit, window.count());
    }

    private static UpdateError slow(double p95, double limit, long count) {
        return new UpdateError(
                ErrorCode.BUDGET_LATENCY,
                String.format(
                        Locale.ROOT,
                        "in service 95 of 100 inferences took up to %.3f ms (the last %d of its probation); the budget"
                                + " is %.3f ms",
                        p95,
                        count,
                        limit),
                p95,
                limit);
    }

    private static LatencySketch since(LatencySketch before, LatencySketch now) {
        Map<Integer, Long> difference = new TreeMap<>();
        now.buckets().forEach((bucket, count) -> {
            long more = count - before.buckets().getOrDefault(bucket, 0L);
            if (more > 0) {
                difference.put(bucket, more);
            }
        });
        return new LatencySketch(difference);
    }
}
