package io.fleetfit.deploy.simulate;

import io.fleetfit.protocol.TelemetryBatch;
import io.fleetfit.telemetry.SlotSums;
import io.fleetfit.telemetry.TelemetryStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Telemetry in memory. */
final class MemoryTelemetry implements TelemetryStore {
    private final Map<String, List<TelemetryBatch>> batches = new TreeMap<>();

    @Override
    public boolean store(TelemetryBatch batch, Instant receivedAt) {
        return batches.computeIfAbsent(batch.deviceId(), key -> new ArrayList<>())
                .add(batch);
    }

    @Override
    public List<SlotSummary> summaries(String deviceId, Instant since) {
        SlotSums sums = new SlotSums(deviceId);
        of(deviceId).stream().filter(it -> it.to().isAfter(since)).forEach(sums::add);
        return sums.summaries();
    }

    private List<TelemetryBatch> of(String deviceId) {
        return batches.getOrDefault(deviceId, List.of());
    }

    @Override
    public Optional<TelemetryBatch.SystemFigures> newestSystem(String deviceId) {
        return newest(deviceId, 1).stream().map(TelemetryBatch::system).findFirst();
    }

    @Override
    public List<TelemetryBatch> newest(String deviceId, int limit) {
        List<TelemetryBatch> all = of(deviceId);
        return all.isEmpty() ? List.of() : List.of(all.get(all.size() - 1));
    }

    @Override
    public long sumUpBefore(Instant limit) {
        return 0;
    }

    @Override
    public long deleteBefore(Instant limit) {
        return 0;
    }
}
