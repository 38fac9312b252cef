package io.fleetfit.agent.telemetry;

import io.fleetfit.protocol.TelemetryBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** All recorders of the agent. Thread-safe. */
public final class TelemetryCollector {
    private final List<SlotRecorder> recorders = new CopyOnWriteArrayList<>();

    /** A recorder for a variant that begins to serve. */
    public SlotRecorder recorder(String slot, String variant, String provider, int threads) {
        SlotRecorder recorder = new SlotRecorder(slot, variant, provider, threads);
        recorders.add(recorder);
        return recorder;
    }

    /** Recorders of what serves now. */
    public List<SlotRecorder> current() {
        return recorders.stream().filter(recorder -> !recorder.isRetired()).toList();
    }

    /** Takes the figures of all recorders since the last call; a retired one is dropped after it. */
    public synchronized List<TelemetryBatch.SlotFigures> drain() {
        List<TelemetryBatch.SlotFigures> figures = new ArrayList<>();
        for (SlotRecorder recorder : List.copyOf(recorders)) {
            boolean last = recorder.isRetired();
            TelemetryBatch.SlotFigures taken = recorder.drain();
            if (!last || taken.inferences() > 0 || taken.errors() > 0) {
                figures.add(taken);
            }
            if (last) {
                recorders.remove(recorder);
            }
        }
        return figures;
    }
}
