package io.fleetfit.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A mergeable summary of latencies with a relative error of 1 % at every quantile: logarithmic buckets as in DDSketch
 * (Masson, Rim, Lee: arXiv 1908.10693). Bucket {@code i} counts the values in {@code (γ^(i−1), γ^i]} milliseconds with
 * {@code γ = 1.01/0.99}. Immutable.
 */
public final class LatencySketch {
    /** Bound on the relative error of a quantile. */
    public static final double RELATIVE_ERROR = 0.01;

    private static final double GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR);
    private static final double LOG_GAMMA = Math.log(GAMMA);
    /** Smallest value told apart from zero: 100 ns. */
    private static final double MIN_MILLIS = 1e-4;

    private static final LatencySketch EMPTY = new LatencySketch(new TreeMap<>());

    private final SortedMap<Integer, Long> buckets;
    private final long count;

    /** From counts by bucket number. */
    @JsonCreator
    public LatencySketch(@JsonProperty("buckets") Map<Integer, Long> buckets) {
        SortedMap<Integer, Long> copy = new TreeMap<>();
        long sum = 0;
        for (Map.Entry<Integer, Long> entry : buckets.entrySet()) {
            if (entry.getValue() < 0) {
                throw new IllegalArgumentException(
                        "bucket " + entry.getKey() + " has the count " + entry.getValue() + "; counts are 0 or more");
            }
            copy.put(entry.getKey(), entry.getValue());
            sum = Math.addExact(sum, entry.getValue());
        }
        this.buckets = copy;
        this.count = sum;
    }

    /** Without values. */
    public static LatencySketch empty() {
        return EMPTY;
    }

    /** The bucket that counts {@code millis}. */
    public static int bucketOf(double millis) {
        return (int) Math.ceil(Math.log(Math.max(millis, MIN_MILLIS)) / LOG_GAMMA);
    }

    /** Counts by bucket number. */
    @JsonProperty("buckets")
    public Map<Integer, Long> buckets() {
        return java.util.Collections.unmodifiableSortedMap(buckets);
    }

    /** How many values there are. */
    public long count() {
        return count;
    }

    /** Both together. */
    public LatencySketch merge(LatencySketch other) {
        SortedMap<Integer, Long> sum = new TreeMap<>(buckets);
        other.buckets.forEach((bucket, n) -> sum.merge(bucket, n, Long::sum));
        return new LatencySketch(sum);
    }

    /**
     * The {@code q}-quantile in milliseconds, {@code 0 ≤ q ≤ 1}; NaN without values.
     */
    public double quantile(double q) {
        if (q < 0 || q > 1) {
            throw new IllegalArgumentException("a quantile lies between 0 and 1, got " + q);
        }
        double rank = q * (count - 1);
        long seen = 0;
        for (Map.Entry<Integer, Long> entry : buckets.entrySet()) {
            seen += entry.getValue();
            if (seen > rank) {
                return 2 * Math.pow(GAMMA, entry.getKey()) / (GAMMA + 1);
            }
        }
        return Double.NaN;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LatencySketch sketch && sketch.buckets.equals(buckets);
    }

    @Override
    public int hashCode() {
        return buckets.hashCode();
    }

    @Override
    public String toString() {
        return "LatencySketch[count=" + count + ", p50=" + quantile(0.5) + ", p95=" + quantile(0.95) + "]";
    }
}
