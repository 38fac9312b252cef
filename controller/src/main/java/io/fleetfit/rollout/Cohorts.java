package io.fleetfit.rollout;

import io.fleetfit.protocol.LatencySketch;
import io.fleetfit.protocol.TelemetryBatch;
import io.fleetfit.registry.VariantRef;
import io.fleetfit.rollout.gate.DeviceFigures;
import io.fleetfit.rollout.gate.DeviceJudge;
import io.fleetfit.rollout.gate.Reference;
import io.fleetfit.rollout.gate.Tally;
import io.fleetfit.rollout.plan.GateRule;
import io.fleetfit.telemetry.TelemetryStore;
import io.fleetfit.telemetry.TelemetryStore.SlotSummary;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What devices with the new version measure, and what comparable devices measure at the same time that still run the old
 * one. The latter are a sample that is looked at anew from time to time. For one thread.
 */
final class Cohorts {
    private static final Duration REFRESH = Duration.ofSeconds(60);
    private static final Duration PERIOD = Duration.ofMinutes(15);
    private static final int SAMPLE = 400;
    private static final int SAMPLE_OF_PROFILE = 40;

    private final RolloutStore rollouts;
    private final TelemetryStore telemetry;
    private final Map<String, Sample> samples = new HashMap<>();

    private record Sample(Instant at, Map<String, Reference> references, Map<Integer, Tally> tallies) {}

    Cohorts(RolloutStore rollouts, TelemetryStore telemetry) {
        this.rollouts = rollouts;
        this.telemetry = telemetry;
    }

    /** The device's figures with its variant since the activation, and what to compare them with. */
    Observations.Measured measured(RolloutState state, DeviceUpdate update) {
        Instant since = update.watch().activeAt() == null
                ? update.updatedAt()
                : update.watch().activeAt();
        VariantRef variant = update.variant();
        DeviceFigures figures = figures(
                update.deviceId(),
                since,
                slot -> slot.slot().equals(state.terms().slot())
                        && variant != null
                        && slot.variant().equals(variant.toString()));
        Sample sample = samples.get(state.rollout().id());
        Reference reference = sample == null
                ? Reference.none()
                : sample.references().getOrDefault(update.place().profile(), Reference.none());
        return new Observations.Measured(
                update, figures, reference.devices() == 0 ? before(state, update.deviceId(), since) : reference);
    }

    /** Where no device of the profile still runs the old version: what the device itself measured with it. */
    private Reference before(RolloutState state, String deviceId, Instant activeAt) {
        return Reference.of(List.of(figures(deviceId, activeAt.minus(PERIOD), slot -> isOld(state, slot))));
    }

    /** How the gates count devices that still run the old version; empty if that is as it was. */
    Map<Integer, Tally> control(RolloutState state, Instant now) {
        List<GateRule> gates = state.terms().plan().allGates();
        boolean compared = gates.stream().anyMatch(it -> it.needsTelemetry() || it.kind() == GateRule.Kind.SILENCE);
        Sample known = samples.get(state.rollout().id());
        if (!compared || (known != null && now.isBefore(known.at().plus(REFRESH)))) {
            return Map.of();
        }
        Sample fresh = sample(state, now);
        if (fresh.references().isEmpty() && known != null) {
            samples.put(state.rollout().id(), new Sample(now, known.references(), known.tallies()));
            return Map.of();
        }
        samples.put(state.rollout().id(), fresh);
        return fresh.tallies();
    }

    /** Nothing is asked of a rollout any more. */
    void forget(String rollout) {
        samples.remove(rollout);
    }

    private Sample sample(RolloutState state, Instant now) {
        List<GateRule> gates = state.terms().plan().allGates();
        List<RolloutStore.Control> devices = rollouts.control(state.rollout().id(), SAMPLE);
        Map<String, List<DeviceFigures>> byProfile = new HashMap<>();
        if (gates.stream().anyMatch(GateRule::needsTelemetry)) {
            for (RolloutStore.Control device : devices) {
                List<DeviceFigures> of = byProfile.computeIfAbsent(device.profile(), key -> new ArrayList<>());
                if (of.size() < SAMPLE_OF_PROFILE) {
                    of.add(figures(device.deviceId(), now.minus(PERIOD), slot -> isOld(state, slot)));
                }
            }
        }
        Map<String, Reference> references = new HashMap<>();
        byProfile.forEach((profile, figures) -> references.put(profile, Reference.of(figures)));
        Map<Integer, Tally> tallies = new HashMap<>();
        for (int i = 0; i < gates.size(); i++) {
            GateRule gate = gates.get(i);
            if (gate.kind() == GateRule.Kind.SILENCE) {
                tallies.put(i, churn(state, gate, devices, now));
            } else if (gate.needsTelemetry()) {
                tallies.put(i, judged(state, gate, byProfile, references));
            }
        }
        return new Sample(now, references, tallies);
    }

    private static boolean isOld(RolloutState state, SlotSummary slot) {
        return slot.slot().equals(state.terms().slot())
                && !VariantRef.parse(slot.variant())
                        .version()
                        .equals(state.rollout().version());
    }

    /** Devices that were there when the wave began, and those of them that are silent now. */
    private static Tally churn(RolloutState state, GateRule gate, List<RolloutStore.Control> devices, Instant now) {
        Instant begin = state.progress().waves().get(state.progress().wave()).startedAt();
        Tally tally = Tally.NONE;
        for (RolloutStore.Control device : devices) {
            Instant seen = device.lastSeen();
            boolean wasThere = device.online() || (seen != null && begin != null && !seen.isBefore(begin));
            if (wasThere) {
                boolean silent = !device.online()
                        && seen != null
                        && seen.isBefore(now.minus(gate.silence().duration()));
                tally = tally.plus(1, 1, silent ? 1 : 0);
            }
        }
        return tally;
    }

    private static Tally judged(
            RolloutState state,
            GateRule gate,
            Map<String, List<DeviceFigures>> byProfile,
            Map<String, Reference> references) {
        Tally tally = Tally.NONE;
        for (Map.Entry<String, List<DeviceFigures>> profile : byProfile.entrySet()) {
            Reference reference = references.getOrDefault(profile.getKey(), Reference.none());
            for (DeviceFigures figures : profile.getValue()) {
                switch (DeviceJudge.judge(
                        gate, figures, reference, state.terms().policy().maxP95Millis())) {
                    case GOOD -> tally = tally.plus(1, 1, 0);
                    case BAD -> tally = tally.plus(1, 1, 1);
                    case UNMEASURED -> {}
                }
            }
        }
        return tally;
    }

    private DeviceFigures figures(String deviceId, Instant since, Predicate<SlotSummary> wanted) {
        long inferences = 0;
        long errors = 0;
        LatencySketch latency = LatencySketch.empty();
        List<Long> classes = new ArrayList<>();
        for (SlotSummary slot : telemetry.summaries(deviceId, since)) {
            if (wanted.test(slot)) {
                inferences += slot.inferences();
                errors += slot.errors();
                latency = latency.merge(slot.latency());
                add(classes, slot.classes());
            }
        }
        Optional<TelemetryBatch.SystemFigures> board = telemetry.newestSystem(deviceId);
        return new DeviceFigures(
                inferences,
                errors,
                latency.count() == 0 ? null : latency.quantile(0.95),
                classes,
                board.map(TelemetryBatch.SystemFigures::rssBytes).orElse(null),
                board.map(TelemetryBatch.SystemFigures::temperatureCelsius).orElse(null));
    }

    private static void add(List<Long> sum, List<Long> more) {
        for (int i = 0; i < more.size(); i++) {
            if (i < sum.size()) {
                sum.set(i, sum.get(i) + more.get(i));
            } else {
                sum.add(more.get(i));
            }
        }
    }
}
