package io.fleetfit.rollout.gate;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one device measured with one version over some time.
 *
 * @param inferences completed
 * @param errors failed
 * @param p95Millis 95th percentile of the latency; absent without inferences
 * @param classes how often each class was the answer
 * @param memoryBytes resident memory of the agent; absent if it did not say
 * @param celsius hottest part of the board; absent if it has no thermometer
 */
public record DeviceFigures(
        long inferences,
        long errors,
        @Nullable Double p95Millis,
        List<Long> classes,
        @Nullable Long memoryBytes,
        @Nullable Double celsius) {
    public DeviceFigures {
        classes = List.copyOf(classes);
    }

    /** Nothing measured. */
    public static DeviceFigures none() {
        return new DeviceFigures(0, 0, null, List.of(), null, null);
    }

    /** Histograms of two devices added up. */
    static List<Long> sum(List<Long> a, List<Long> b) {
        List<Long> sum = new ArrayList<>();
        for (int i = 0; i < Math.max(a.size(), b.size()); i++) {
            sum.add((i < a.size() ? a.get(i) : 0) + (i < b.size() ? b.get(i) : 0));
        }
        return sum;
    }
}
