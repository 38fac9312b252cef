package io.fleetfit.agent.runtime;

import io.fleetfit.agent.telemetry.Memory;
import io.fleetfit.agent.telemetry.TelemetryCollector;
import io.fleetfit.agent.update.Trial;
import io.fleetfit.agent.update.UpdateFailure;
import io.fleetfit.agent.update.VariantRuntime;
import io.fleetfit.protocol.Budget;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.VariantManifest;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Runs variants in {@link ModelSlots}: one may stand by beside those that serve. Used by one thread. */
public final class OrtVariantRuntime implements VariantRuntime, AutoCloseable {
    private final InferenceEngine engine;
    private final ModelSlots slots;
    private final TelemetryCollector telemetry;
    private @Nullable Standby standby;

    private record Standby(VariantManifest manifest, ExecutionSettings settings, LoadedModel model) {
        boolean is(VariantManifest other, ExecutionSettings otherSettings) {
            return manifest.equals(other) && settings.equals(otherSettings);
        }
    }

    /** A runtime that serves nothing yet. */
    public OrtVariantRuntime(InferenceEngine engine, ModelSlots slots, TelemetryCollector telemetry) {
        this.engine = engine;
        this.slots = slots;
        this.telemetry = telemetry;
    }

    @Override
    public Trial trial(VariantManifest manifest, ExecutionSettings settings, Budget budget, Path file)
            throws UpdateFailure {
        discardStandby();
        long before = Memory.residentBytes();
        LoadedModel model = engine.load(file, settings);
        try {
            Trial trial = new TrialRun(model, manifest).run(budget, before);
            standby = new Standby(manifest, settings, model);
            return trial;
        } finally {
            if (standby == null) {
                model.close();
            }
        }
    }

    @Override
    public void activate(String slot, VariantManifest manifest, ExecutionSettings settings, Path file)
            throws UpdateFailure {
        Standby ready = standby;
        LoadedModel model;
        if (ready != null && ready.is(manifest, settings)) {
            standby = null;
            model = ready.model();
        } else {
            model = engine.load(file, settings);
        }
        slots.serve(
                slot,
                new Served(
                        slot,
                        manifest,
                        settings,
                        model,
                        telemetry.recorder(slot, manifest.reference(), settings.provider(), model.threads())));
    }

    @Override
    public void clear(String slot) {
        slots.clear(slot);
    }

    @Override
    public void discardStandby() {
        Standby before = standby;
        standby = null;
        if (before != null) {
            before.model().close();
        }
    }

    /** Lets go of everything. */
    @Override
    public void close() {
        discardStandby();
        slots.clearAll();
    }
}
