package io.fleetfit.deploy.simulate;

import io.fleetfit.fleet.DeviceTwin;
import io.fleetfit.fleet.SlotTarget;
import io.fleetfit.protocol.ErrorCode;
import io.fleetfit.protocol.LatencySketch;
import io.fleetfit.protocol.Protocol;
import io.fleetfit.protocol.ReportedState;
import io.fleetfit.protocol.SlotReport;
import io.fleetfit.protocol.TelemetryBatch;
import io.fleetfit.protocol.UpdateError;
import io.fleetfit.protocol.UpdateState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A device as a model of it: it takes half a minute to two for an update and a minute on probation, and sends telemetry each
 * minute. Devices differ by 8 % (one standard deviation) in speed; the latency of one inference is log-normal with a spread
 * of 20 %; answers are spread over eight classes.
 */
final class LightDevice {
    private static final Duration WINDOW = Duration.ofMinutes(1);
    private static final Duration LIFE = Duration.ofMinutes(2);
    private static final int INFERENCES = 60;
    private static final int CLASSES = 8;
    private static final double MEDIAN_MILLIS = 20;

    private final String id;
    private final PowerStudy.Version version;
    private final VirtualTime time;
    private final Random random;
    private final PowerStudy.Ears ears;
    private final double speed;
    private long generation;
    private long sequence;
    private @Nullable String active;
    private boolean dead;

    LightDevice(String id, PowerStudy.Version version, VirtualTime time, Random random, PowerStudy.Ears ears) {
        this.id = id;
        this.version = version;
        this.time = time;
        this.random = random;
        this.ears = ears;
        this.speed = Math.exp(random.nextGaussian() * 0.08);
        time.after(random.nextInt(60) * 1_000_000_000L, this::measure);
    }

    void desired(DeviceTwin twin) {
        if (dead || twin.generation() <= generation) {
            return;
        }
        generation = twin.generation();
        long asked = generation;
        String wanted = twin.targets().isEmpty()
                ? null
                : twin.targets().get(0).variant().toString();
        if (wanted == null) {
            active = null;
            report(List.of());
            return;
        }
        SlotTarget target = twin.targets().get(0);
        report(UpdateState.DOWNLOADING, target, null);
        time.after(Duration.ofSeconds(30 + random.nextInt(90)), () -> activate(asked, target));
    }

    private void activate(long asked, SlotTarget target) {
        if (dead || asked != generation) {
            return;
        }
        double failing = isNew(target.variant().toString()) && version == PowerStudy.Version.FAILS ? 0.3 : 0.01;
        if (random.nextDouble() < failing) {
            report(UpdateState.FAILED, target, UpdateError.of(ErrorCode.RUNTIME_TRIAL, "the trial failed"));
            return;
        }
        active = target.variant().toString();
        report(UpdateState.ACTIVE, target, null);
        if (isNew(active) && version == PowerStudy.Version.DEADLY) {
            time.after(LIFE, () -> {
                dead = true;
                ears.died(id);
            });
        }
        time.after(Duration.ofMinutes(1), () -> {
            if (!dead && asked == generation) {
                report(UpdateState.COMMITTED, target, null);
            }
        });
    }

    private static boolean isNew(String variant) {
        return variant.contains("@2/");
    }

    private void report(UpdateState state, SlotTarget target, @Nullable UpdateError error) {
        report(List.of(new SlotReport(
                target.slot(),
                state,
                time.instant(),
                generation,
                target.variant().toString(),
                active,
                null,
                null,
                error,
                null,
                null,
                null)));
    }

    private void report(List<SlotReport> slots) {
        sequence++;
        ears.report(new ReportedState(Protocol.VERSION, id, "boot", sequence, time.instant(), generation, slots, null));
    }

    private void measure() {
        if (dead) {
            return;
        }
        time.after(WINDOW, this::measure);
        String serving = active;
        if (serving == null) {
            return;
        }
        Map<Integer, Long> buckets = new TreeMap<>();
        Long[] classes = new Long[CLASSES];
        Arrays.fill(classes, 0L);
        boolean slow = isNew(serving) && version == PowerStudy.Version.SLOW;
        boolean collapsed = isNew(serving) && version == PowerStudy.Version.COLLAPSED;
        for (int i = 0; i < INFERENCES; i++) {
            double millis = MEDIAN_MILLIS * speed * (slow ? 1.5 : 1) * Math.exp(random.nextGaussian() * 0.2);
            buckets.merge(LatencySketch.bucketOf(millis), 1L, Long::sum);
            int answer = collapsed && random.nextDouble() < 0.9 ? 0 : random.nextInt(CLASSES);
            classes[answer]++;
        }
        TelemetryBatch.SlotFigures figures = new TelemetryBatch.SlotFigures(
                MemoryRegistry.MODEL,
                serving,
                "CPUExecutionProvider",
                1,
                INFERENCES,
                random.nextInt(200) == 0 ? 1 : 0,
                new LatencySketch(buckets),
                new ArrayList<>(List.of(classes)));
        ears.measured(new TelemetryBatch(
                Protocol.VERSION,
                id,
                "spool",
                ++sequence,
                time.instant().minus(WINDOW),
                time.instant(),
                0,
                new TelemetryBatch.SystemFigures(60_000_000, 10, 1_000_000_000, 1_000_000_000, 50.0, false),
                List.of(figures)));
    }
}
