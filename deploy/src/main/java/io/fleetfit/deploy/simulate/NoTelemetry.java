package io.fleetfit.deploy.simulate;

import io.fleetfit.protocol.TelemetryBatch;
import io.fleetfit.telemetry.TelemetryStore;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Devices of a simulation of updates infer nothing. */
final class NoTelemetry implements TelemetryStore {
    @Override
    public boolean store(TelemetryBatch batch, Instant receivedAt) {
        return false;
    }

    @Override
    public List<SlotSummary> summaries(String deviceId, Instant since) {
        return List.of();
    }

    @Override
    public Optional<TelemetryBatch.SystemFigures> newestSystem(String deviceId) {
        return Optional.empty();
    }

    @Override
    public List<TelemetryBatch> newest(String deviceId, int limit) {
        return List.of();
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
