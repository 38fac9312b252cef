package io.fleetfit.agent.telemetry;

import io.fleetfit.protocol.LatencySketch;
import io.fleetfit.protocol.TelemetryBatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/** Counts the inferences of one variant in one slot: no lock and no garbage on the way of an inference. */
public final class SlotRecorder {
    private static final int LOWEST = LatencySketch.bucketOf(0);
    private static final int HIGHEST = LatencySketch.bucketOf(3_600_000);
    /** Classes beyond this are not counted one by one. */
    private static final int MAX_CLASSES = 4096;

    private final String slot;
    private final String variant;
    private final String provider;
    private final int threads;
    private final AtomicLongArray buckets = new AtomicLongArray(HIGHEST - LOWEST + 1);
    private final AtomicLong errors = new AtomicLong();
    private volatile AtomicLongArray classes = new AtomicLongArray(0);
    private volatile boolean retired;

    // what all windows together have seen, for the local metrics and the probation
    private final AtomicLongArray allBuckets = new AtomicLongArray(HIGHEST - LOWEST + 1);
    private final AtomicLong totalInferences = new AtomicLong();
    private final AtomicLong totalErrors = new AtomicLong();
    private final AtomicLong totalNanos = new AtomicLong();

    SlotRecorder(String slot, String variant, String provider, int threads) {
        this.slot = slot;
        this.variant = variant;
        this.provider = provider;
        this.threads = threads;
    }

    /** An inference is done. */
    public void completed(long nanos) {
        int bucket = LatencySketch.bucketOf(nanos / 1e6);
        int index = Math.max(0, Math.min(HIGHEST, bucket) - LOWEST);
        buckets.incrementAndGet(index);
        allBuckets.incrementAndGet(index);
        totalInferences.incrementAndGet();
        totalNanos.addAndGet(nanos);
    }

    /** An inference failed. */
    public void failed() {
        errors.incrementAndGet();
        totalErrors.incrementAndGet();
    }

    /** A classification put this class first, out of {@code count}. */
    public void topClass(int index, int count) {
        if (count > MAX_CLASSES || index < 0 || index >= count) {
            return;
        }
        if (classes.length() < count) {
            grow(count);
        }
        classes.incrementAndGet(index);
    }

    private synchronized void grow(int count) {
        if (classes.length() < count) {
            AtomicLongArray larger = new AtomicLongArray(count);
            for (int i = 0; i < classes.length(); i++) {
                larger.set(i, classes.get(i));
            }
            classes = larger;
        }
    }

    /** The variant serves no more; the recorder is dropped after its last figures. */
    public void retire() {
        retired = true;
    }

    boolean isRetired() {
        return retired;
    }

    /** Takes the figures since the last call. */
    TelemetryBatch.SlotFigures drain() {
        Map<Integer, Long> counts = new HashMap<>();
        long inferences = 0;
        for (int i = 0; i < buckets.length(); i++) {
            long count = buckets.getAndSet(i, 0);
            if (count > 0) {
                counts.put(i + LOWEST, count);
                inferences += count;
            }
        }
        List<Long> tops = new ArrayList<>();
        AtomicLongArray current = classes;
        for (int i = 0; i < current.length(); i++) {
            tops.add(current.getAndSet(i, 0));
        }
        return new TelemetryBatch.SlotFigures(
                slot, variant, provider, threads, inferences, errors.getAndSet(0), new LatencySketch(counts), tops);
    }

    /** Latencies since the variant began to serve. */
    public LatencySketch allLatencies() {
        Map<Integer, Long> counts = new HashMap<>();
        for (int i = 0; i < allBuckets.length(); i++) {
            long count = allBuckets.get(i);
            if (count > 0) {
                counts.put(i + LOWEST, count);
            }
        }
        return new LatencySketch(counts);
    }

    /** Name of the slot. */
    public String slot() {
        return slot;
    }

    /** Full name of the variant. */
    public String variant() {
        return variant;
    }

    /** Inferences since the variant began to serve. */
    public long totalInferences() {
        return totalInferences.get();
    }

    /** Failed ones since the variant began to serve. */
    public long totalErrors() {
        return totalErrors.get();
    }

    /** Time of all completed ones together, in seconds. */
    public double totalSeconds() {
        return totalNanos.get() / 1e9;
    }
}
