package io.fleetfit.telemetry;

import io.fleetfit.protocol.TelemetryBatch;
import io.fleetfit.protocol.TelemetryBatch.SlotFigures;
import io.fleetfit.telemetry.TelemetryStore.SlotSummary;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Adds up the batches of one device by slot, variant, execution provider and number of threads. Latency sketches merge
 * without loss, so that a quantile of the sum is as exact as that of one batch. For one thread.
 */
public final class SlotSums {
    private record Key(String slot, String variant, String provider, int threads) {}

    private final String deviceId;
    private final Map<Key, SlotSummary> sums = new LinkedHashMap<>();

    /** Empty sums of the device. */
    public SlotSums(String deviceId) {
        this.deviceId = deviceId;
    }

    /** Adds the figures of a batch. */
    public void add(TelemetryBatch batch) {
        for (SlotFigures figures : batch.slots()) {
            sums.merge(
                    new Key(figures.slot(), figures.variant(), figures.provider(), figures.threads()),
                    summary(figures, batch.from(), batch.to()),
                    SlotSums::sum);
        }
    }

    /** The sums in order of first appearance. */
    public List<SlotSummary> summaries() {
        return List.copyOf(sums.values());
    }

    /** The sums as the figures of one batch. */
    public List<SlotFigures> figures() {
        return sums.values().stream()
                .map(sum -> new SlotFigures(
                        sum.slot(),
                        sum.variant(),
                        sum.provider(),
                        sum.threads(),
                        sum.inferences(),
                        sum.errors(),
                        sum.latency(),
                        sum.classes()))
                .toList();
    }

    private SlotSummary summary(SlotFigures figures, Instant from, Instant to) {
        return new SlotSummary(
                deviceId,
                figures.slot(),
                figures.variant(),
                figures.provider(),
                figures.threads(),
                figures.inferences(),
                figures.errors(),
                figures.latency(),
                figures.classes(),
                from,
                to);
    }

    private static SlotSummary sum(SlotSummary a, SlotSummary b) {
        return new SlotSummary(
                a.deviceId(),
                a.slot(),
                a.variant(),
                a.provider(),
                a.threads(),
                a.inferences() + b.inferences(),
                a.errors() + b.errors(),
                a.latency().merge(b.latency()),
                addByIndex(a.classes(), b.classes()),
                a.from().isBefore(b.from()) ? a.from() : b.from(),
                a.to().isAfter(b.to()) ? a.to() : b.to());
    }

    private static List<Long> addByIndex(List<Long> a, List<Long> b) {
        List<Long> longer = new ArrayList<>(a.size() >= b.size() ? a : b);
        List<Long> shorter = a.size() >= b.size() ? b : a;
        for (int i = 0; i < shorter.size(); i++) {
            longer.set(i, longer.get(i) + shorter.get(i));
        }
        return longer;
    }
}
