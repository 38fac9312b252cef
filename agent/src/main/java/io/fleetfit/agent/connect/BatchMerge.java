package io.fleetfit.agent.connect;

import io.fleetfit.protocol.TelemetryBatch;
import io.fleetfit.protocol.TelemetryBatch.SlotFigures;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes one telemetry batch of two, so that a full spool loses resolution in time and nothing else. */
final class BatchMerge {
    private BatchMerge() {}

    private record Key(String slot, String variant, String provider, int threads) {
        static Key of(SlotFigures figures) {
            return new Key(figures.slot(), figures.variant(), figures.provider(), figures.threads());
        }
    }

    /** Both windows in one under the number of the newer; the board's state and probe are the newest. */
    static TelemetryBatch merge(TelemetryBatch older, TelemetryBatch newer) {
        return new TelemetryBatch(
                newer.protocol(),
                newer.deviceId(),
                newer.spoolId(),
                newer.sequence(),
                older.from(),
                newer.to(),
                older.mergedBatches() + newer.mergedBatches() + 1,
                newer.system(),
                List.copyOf(slots(older.slots(), newer.slots())),
                newer.probe() == null ? older.probe() : newer.probe());
    }

    private static Collection<SlotFigures> slots(List<SlotFigures> older, List<SlotFigures> newer) {
        Map<Key, SlotFigures> sums = new LinkedHashMap<>();
        for (List<SlotFigures> part : List.of(older, newer)) {
            part.forEach(figures -> sums.merge(Key.of(figures), figures, BatchMerge::sum));
        }
        return sums.values();
    }

    private static SlotFigures sum(SlotFigures one, SlotFigures other) {
        return new SlotFigures(
                one.slot(),
                one.variant(),
                one.provider(),
                one.threads(),
                one.inferences() + other.inferences(),
                one.errors() + other.errors(),
                one.latency().merge(other.latency()),
                classes(one.classes(), other.classes()));
    }

    private static List<Long> classes(List<Long> one, List<Long> other) {
        List<Long> sums = new ArrayList<>();
        for (int i = 0; i < Math.max(one.size(), other.size()); i++) {
            sums.add((i < one.size() ? one.get(i) : 0L) + (i < other.size() ? other.get(i) : 0L));
        }
        return sums;
    }
}
