package io.fleetfit.mqtt;

import io.fleetfit.fleet.Device;
import io.fleetfit.fleet.FleetStore;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.ReportedState;
import io.fleetfit.protocol.SlotReport;
import io.fleetfit.protocol.TelemetryBatch;
import io.fleetfit.protocol.UpdateState;
import io.fleetfit.registry.Measurement;
import io.fleetfit.registry.RegistryStore;
import io.fleetfit.registry.Variant;
import io.fleetfit.registry.VariantRef;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Turns what devices measured into measurements of variants, which the fit uses. */
public final class MeasurementLog {
    /** Runs of a qualification. */
    private static final int TRIAL_RUNS = 20;

    private static final long LEAST_SAMPLES = 20;

    /** One a device, variant and hour is enough for the fit, and keeps the table small. */
    private static final Duration EVERY = Duration.ofHours(1);

    private static final int MOST_REMEMBERED = 100_000;

    private final RegistryStore registry;
    private final FleetStore fleet;
    private final Clock clock;
    private final Consumer<Measurement> learner;
    private final Map<String, Instant> newest = new ConcurrentHashMap<>();

    /** Writes into {@code registry}. */
    public MeasurementLog(RegistryStore registry, FleetStore fleet, Clock clock) {
        this(registry, fleet, clock, measurement -> {});
    }

    /** Writes into {@code registry}, and tells {@code learner} of each measurement after that. */
    public MeasurementLog(RegistryStore registry, FleetStore fleet, Clock clock, Consumer<Measurement> learner) {
        this.learner = learner;
        this.registry = registry;
        this.fleet = fleet;
        this.clock = clock;
    }

    /** Notes the trial of each slot that has just become active. */
    void qualified(ReportedState reported) {
        for (SlotReport slot : reported.slots()) {
            Double p50 = slot.trialP50Millis();
            Double p95 = slot.trialP95Millis();
            String active = slot.active();
            if (slot.state() == UpdateState.ACTIVE && active != null && p50 != null && p95 != null) {
                String key = reported.deviceId() + " " + active + " " + slot.generation();
                note(key, active, reported.deviceId(), p50, p95, TRIAL_RUNS, Measurement.Source.QUALIFICATION);
            }
        }
    }

    /** Notes what served in a window. */
    void served(TelemetryBatch batch) {
        for (TelemetryBatch.SlotFigures slot : batch.slots()) {
            if (slot.latency().count() >= LEAST_SAMPLES) {
                note(
                        batch.deviceId() + " " + slot.variant(),
                        slot.variant(),
                        batch.deviceId(),
                        slot.latency().quantile(0.5),
                        slot.latency().quantile(0.95),
                        slot.latency().count(),
                        Measurement.Source.PRODUCTION);
            }
        }
    }

    private void note(
            String key,
            String variant,
            String device,
            double p50,
            double p95,
            long samples,
            Measurement.Source source) {
        Instant now = clock.instant();
        Instant last = newest.get(key);
        if (last != null && now.isBefore(last.plus(EVERY))) {
            return;
        }
        VariantRef ref = VariantRef.parse(variant);
        Optional<Variant> known = registry.variant(ref);
        Optional<Device> on = fleet.device(device);
        if (known.isEmpty() || on.isEmpty()) {
            return;
        }
        ExecutionSettings settings = known.get().settings();
        int threads = settings.threads() == null ? on.get().capabilities().cores() : settings.threads();
        Measurement measurement = new Measurement(
                ref, device, on.get().profile(), settings.provider(), threads, p50, p95, samples, source, now);
        registry.addMeasurement(measurement);
        learner.accept(measurement);
        if (newest.size() >= MOST_REMEMBERED) {
            newest.clear();
        }
        newest.put(key, now);
    }
}
