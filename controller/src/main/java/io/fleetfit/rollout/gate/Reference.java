package io.fleetfit.rollout.gate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What devices of one profile measure that still run the old version, at the same time.
 *
 * @param devices how many were looked at
 * @param p95Millis median of their p95 latencies; absent if none has one
 * @param errorShare failed inferences of all their inferences
 * @param classes their answers added up
 * @param memoryBytes median of what their agents take; absent if none said
 */
public record Reference(
        int devices,
        @Nullable Double p95Millis,
        double errorShare,
        List<Long> classes,
        @Nullable Long memoryBytes) {
    public Reference {
        classes = List.copyOf(classes);
    }

    /** Nobody to compare with. */
    public static Reference none() {
        return new Reference(0, null, 0, List.of(), null);
    }

    /** The reference of these devices. */
    public static Reference of(List<DeviceFigures> control) {
        long inferences = 0;
        long errors = 0;
        List<Long> classes = List.of();
        List<Double> latencies = new ArrayList<>();
        List<Double> memories = new ArrayList<>();
        for (DeviceFigures figures : control) {
            inferences += figures.inferences();
            errors += figures.errors();
            classes = DeviceFigures.sum(classes, figures.classes());
            Double p95 = figures.p95Millis();
            Long memory = figures.memoryBytes();
            if (p95 != null) {
                latencies.add(p95);
            }
            if (memory != null) {
                memories.add((double) memory);
            }
        }
        Double memory = median(memories);
        return new Reference(
                control.size(),
                median(latencies),
                inferences + errors == 0 ? 0 : (double) errors / (inferences + errors),
                classes,
                memory == null ? null : Math.round(memory));
    }

    private static @Nullable Double median(List<Double> values) {
        if (values.isEmpty()) {
            return null;
        }
        values.sort(Comparator.naturalOrder());
        return values.get(values.size() / 2);
    }
}
