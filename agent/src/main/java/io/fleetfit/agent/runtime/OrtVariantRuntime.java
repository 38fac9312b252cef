package io.fleetfit.agent.runtime;

import io.fleetfit.agent.telemetry.TelemetryCollector;
import io.fleetfit.agent.update.UpdateFailure;
import io.fleetfit.agent.update.VariantRuntime;
import io.fleetfit.protocol.Budget;
import io.fleetfit.protocol.ErrorCode;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.LatencySketch;
import io.fleetfit.protocol.Qualification;
import io.fleetfit.protocol.VariantManifest;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Runs variants in {@link ModelSlots}: one may stand by beside those that serve. Used by one thread. */
public final class OrtVariantRuntime implements VariantRuntime, AutoCloseable {
    private final InferenceEngine engine;
    private final Qualifier qualifier;
    private final ModelSlots slots;
    private final TelemetryCollector telemetry;
    private @Nullable Standby standby;
    private boolean warm;

    private record Standby(VariantManifest manifest, ExecutionSettings settings, LoadedModel model) {
        boolean is(VariantManifest other, ExecutionSettings otherSettings) {
            return manifest.plain().equals(other.plain()) && settings.equals(otherSettings);
        }
    }

    /** A runtime that tries variants in this process. */
    public OrtVariantRuntime(InferenceEngine engine, ModelSlots slots, TelemetryCollector telemetry) {
        this(engine, new InProcessQualifier(engine), slots, telemetry);
    }

    /** A runtime that serves nothing yet. */
    public OrtVariantRuntime(
            InferenceEngine engine, Qualifier qualifier, ModelSlots slots, TelemetryCollector telemetry) {
        this.engine = engine;
        this.qualifier = qualifier;
        this.slots = slots;
        this.telemetry = telemetry;
    }

    @Override
    public Qualification trial(VariantManifest manifest, ExecutionSettings settings, Budget budget, Path file)
            throws UpdateFailure {
        unloadStandby();
        TrialOrder order = TrialOrder.of(manifest, settings, budget, file);
        Qualification passed = qualifier.qualify(order);
        standby = new Standby(manifest, settings, warm(engine.load(file, settings), order));
        return passed;
    }

    /** The first run allocates; it must not fall on a request. */
    private static LoadedModel warm(LoadedModel model, TrialOrder order) throws UpdateFailure {
        try (Frame frame = SeededInputs.frame(model, order)) {
            frame.run();
            return model;
        } catch (InferenceException e) {
            model.close();
            throw UpdateFailure.of(ErrorCode.RUNTIME_TRIAL, String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public LatencySketch latencies(String slot) {
        Optional<Lease> lease = slots.acquire(slot);
        if (lease.isEmpty()) {
            return LatencySketch.empty();
        }
        try (Lease held = lease.get()) {
            return held.served().recorder().allLatencies();
        }
    }

    @Override
    public void prepare() {
        qualifier.prepare();
        if (!warm) {
            warm = true;
            Thread thread = new Thread(engine::warmUp, "fleetfit-warm-up");
            thread.setDaemon(true);
            thread.start();
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
        unloadStandby();
        qualifier.rest();
    }

    private void unloadStandby() {
        Standby before = standby;
        standby = null;
        if (before != null) {
            before.model().close();
        }
    }

    /** Lets go of everything. */
    @Override
    public void close() {
        unloadStandby();
        qualifier.close();
        slots.clearAll();
    }
}
