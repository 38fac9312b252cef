package io.fleetfit.deploy.simulate;

import io.fleetfit.cost.DeviceRates;
import io.fleetfit.fit.Policy;
import io.fleetfit.fit.StandardFitEngine;
import io.fleetfit.fleet.Device;
import io.fleetfit.fleet.DeviceTwin;
import io.fleetfit.fleet.EventSink;
import io.fleetfit.protocol.ReportedState;
import io.fleetfit.protocol.TelemetryBatch;
import io.fleetfit.rollout.Deployment;
import io.fleetfit.rollout.FleetFit;
import io.fleetfit.rollout.MetricQuery;
import io.fleetfit.rollout.Rollout;
import io.fleetfit.rollout.RolloutParts;
import io.fleetfit.rollout.RolloutService;
import io.fleetfit.rollout.RolloutState;
import io.fleetfit.rollout.Worker;
import io.fleetfit.rollout.plan.GateRule;
import io.fleetfit.rollout.plan.RolloutPlan;
import io.fleetfit.rollout.plan.Span;
import io.fleetfit.rollout.plan.WaveRule;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;

/**
 * How surely gates stop a bad version within the canary wave, and how rarely they stop a good one: rollouts by the real
 * planner, engine and gates over a fleet that updates and measures as a model of it says. The same seed gives the same run.
 */
public final class PowerStudy {
    /** Devices of the fleet, and of the canary wave. */
    public static final int DEVICES = 220;

    public static final int CANARY = 100;

    private static final RolloutPlan PLAN = RolloutPlan.of(
            List.of(
                    WaveRule.ofCount(CANARY, Span.minutes(10)),
                    WaveRule.ofPercent(70, Span.minutes(10)),
                    WaveRule.ofPercent(100, Span.minutes(10))),
            List.of(
                    GateRule.of(GateRule.Kind.FAILURES).tolerating(0.05, 20),
                    GateRule.of(GateRule.Kind.SILENCE).tolerating(0.05, 20),
                    GateRule.of(GateRule.Kind.LATENCY).tolerating(0.10, 20),
                    GateRule.of(GateRule.Kind.ERRORS).tolerating(0.05, 20),
                    GateRule.of(GateRule.Kind.DRIFT).tolerating(0.10, 20)));

    /** What is wrong with the new version. */
    public enum Version {
        /** Nothing: one device in a hundred fails to update, as ever. */
        GOOD,
        /** Its update fails on 30 % of the devices. */
        FAILS,
        /** It takes half as long again. */
        SLOW,
        /** It gives nine answers in ten to one class. */
        COLLAPSED,
        /** Devices die two minutes after the activation. */
        DEADLY
    }

    /**
     * How a run went.
     *
     * @param state of the rollout
     * @param exposed most devices that were asked at a time to run the new version
     * @param wave number of the wave in which it ended, from 0
     * @param reason why it ended
     */
    public record Result(Rollout.State state, long exposed, int wave, String reason) {
        /** Whether a gate stopped it before the second wave. */
        public boolean isStoppedInCanary() {
            return (state == Rollout.State.FAILED || state == Rollout.State.ABORTING) && wave == 0 && exposed <= CANARY;
        }
    }

    private final VirtualTime time = new VirtualTime();
    private final MemoryFleet fleet = new MemoryFleet();
    private final MemoryRollouts rollouts = new MemoryRollouts(fleet);
    private final MemoryTelemetry telemetry = new MemoryTelemetry();
    private final NavigableMap<String, LightDevice> devices = new TreeMap<>();
    private final RolloutService service;
    private final Random random;
    private final Version version;

    private PowerStudy(Version version, long seed) {
        this.version = version;
        this.random = new Random(seed);
        MemoryRegistry registry = new MemoryRegistry();
        SimBlobs.Blob file = SimBlobs.random(10_000, 1);
        registry.add("1", "fp32", file, 0.9);
        registry.add("2", "fp32", file, 0.95);
        registry.add("2", "int8", file, 0.94);
        service = new RolloutService(
                new RolloutParts(
                        rollouts,
                        fleet,
                        telemetry,
                        new FleetFit(
                                registry.asStore(),
                                fleet,
                                new StandardFitEngine(profile -> new DeviceRates(Map.of(), 1, 1, 1, 1, 0))),
                        this::publish,
                        MetricQuery.NONE,
                        EventSink.NONE,
                        time),
                Duration.ofMinutes(10),
                new Worker() {
                    @Override
                    public void after(Duration delay, Runnable work) {
                        time.after(delay, work);
                    }

                    @Override
                    public void close() {}
                });
    }

    /** One rollout. */
    public static Result run(Version version, long seed) {
        return new PowerStudy(version, seed).run();
    }

    private Result run() {
        for (int i = 0; i < DEVICES; i++) {
            String id = "d" + i;
            Device device = new SimWorld(new Scenario(1, 0, null, 0, null, 0, 1, 1), Faults.none(), 1)
                    .enrolled(id, i % 3 == 0 ? "nano" : "pi", Map.of());
            fleet.upsertDevice(device);
            fleet.setPresence(id, true, time.instant());
            devices.put(id, new LightDevice(id, version, time, new Random(random.nextLong()), new Ears()));
        }
        service.resume();
        start("1", RolloutPlan.atOnce());
        until(Duration.ofMinutes(20));
        String rollout = start("2", PLAN);
        long exposed = 0;
        RolloutState state = rollouts.state(rollout).orElseThrow();
        while (time.nanos() < Duration.ofMinutes(110).toNanos()
                && !state.rollout().state().isEnded()) {
            until(Duration.ofNanos(time.nanos()).plusSeconds(20));
            state = rollouts.state(rollout).orElseThrow();
            exposed = Math.max(
                    exposed,
                    state.progress().waves().stream()
                            .mapToLong(it -> it.asked())
                            .sum());
        }
        String reason = state.rollout().reason();
        return new Result(state.rollout().state(), exposed, state.progress().wave(), reason == null ? "" : reason);
    }

    private String start(String revision, RolloutPlan plan) {
        Deployment deployment = new Deployment(
                "all",
                "",
                MemoryRegistry.MODEL,
                revision,
                MemoryRegistry.MODEL,
                Policy.unbounded(),
                plan,
                time.instant());
        rollouts.insertDeployment(deployment);
        return service.start("all", null, "study").id();
    }

    private void until(Duration end) {
        boolean[] over = {false};
        time.after(end.toNanos() - time.nanos(), () -> over[0] = true);
        while (!over[0] && time.next()) {
            // Time passes.
        }
    }

    private void publish(DeviceTwin twin) {
        LightDevice device = devices.get(twin.deviceId());
        if (device != null) {
            device.desired(twin);
        }
    }

    /** How devices reach the controller. */
    final class Ears {
        void report(ReportedState report) {
            if (fleet.setReported(report)) {
                service.reported(report);
            }
        }

        void measured(TelemetryBatch batch) {
            telemetry.store(batch, time.instant());
            service.measured(batch.deviceId());
        }

        void died(String device) {
            fleet.setPresence(device, false, time.instant());
        }
    }
}
