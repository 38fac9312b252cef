package io.fleetfit.rollout;

import io.fleetfit.protocol.ErrorCode;
import io.fleetfit.registry.VariantRef;
import io.fleetfit.rollout.Progress.WaveFigures;
import io.fleetfit.rollout.gate.Evidence;
import io.fleetfit.rollout.gate.GateVerdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A rollout as people look at it: everything that a list or a page of one rollout shows, without a device.
 *
 * @param id unique
 * @param deployment what is moved
 * @param version version of the model
 * @param state where it stands
 * @param reason why it waits or ended so; absent while it runs
 * @param startedAt when
 * @param endedAt when; absent while it runs
 * @param phase what it does in its wave
 * @param wave number of the wave under way, from 1; as many as there are waves once it ended
 * @param waves all waves
 * @param eligible devices that are to be updated
 * @param counts devices by state
 * @param verdict of the wave under way: the worst of its gates; absent without gates
 * @param evidence newest verdicts
 * @param failures devices that failed, by code
 * @param givenUp variants that no device gets any more
 * @param etaSeconds about how long until the end at the pace so far; absent while nobody knows
 */
public record RolloutView(
        String id,
        String deployment,
        String version,
        Rollout.State state,
        @Nullable String reason,
        Instant startedAt,
        @Nullable Instant endedAt,
        Progress.Phase phase,
        int wave,
        List<Wave> waves,
        long eligible,
        Map<DeviceUpdate.State, Long> counts,
        @Nullable GateVerdict verdict,
        List<Evidence> evidence,
        Map<ErrorCode, Long> failures,
        Set<VariantRef> givenUp,
        @Nullable Long etaSeconds) {

    /**
     * One wave.
     *
     * @param number from 1
     * @param upTo devices that have the new version by its end, earlier waves included
     * @param devices devices of this wave alone
     * @param asked devices of it that were asked and not called back
     * @param succeeded those that run the new version
     * @param failed those that failed
     * @param watched those that run it and are still watched
     * @param soakSeconds how long each is watched
     * @param state {@code NEXT}, {@code ACTIVE} or {@code DONE}
     * @param startedAt when it began; absent before
     * @param endedAt when it passed; absent before
     */
    public record Wave(
            int number,
            long upTo,
            long devices,
            long asked,
            long succeeded,
            long failed,
            long watched,
            long soakSeconds,
            String state,
            @Nullable Instant startedAt,
            @Nullable Instant endedAt) {}

    /** The rollout as it looks at this time. */
    public static RolloutView of(RolloutState state, Instant now) {
        Rollout rollout = state.rollout();
        Progress progress = state.progress();
        List<Wave> waves = new ArrayList<>();
        for (int i = 0; i < state.terms().waves(); i++) {
            waves.add(wave(state, i));
        }
        return new RolloutView(
                rollout.id(),
                rollout.deployment(),
                rollout.version(),
                rollout.state(),
                rollout.reason(),
                rollout.startedAt(),
                rollout.endedAt(),
                progress.phase(),
                Math.min(progress.wave() + 1, state.terms().waves()),
                waves,
                state.terms().eligible(),
                new TreeMap<>(progress.counts()),
                verdict(progress.evidence()),
                progress.evidence(),
                new TreeMap<>(progress.failures()),
                new TreeSet<>(progress.givenUp()),
                eta(state, now));
    }

    private static Wave wave(RolloutState state, int number) {
        WaveFigures figures = state.progress().waves().get(number);
        long upTo = state.terms().quotas().get(number);
        long before = number == 0 ? 0 : state.terms().quotas().get(number - 1);
        String name = figures.endedAt() != null ? "DONE" : figures.startedAt() != null ? "ACTIVE" : "NEXT";
        return new Wave(
                number + 1,
                upTo,
                upTo - before,
                figures.asked(),
                figures.succeeded(),
                figures.failed(),
                figures.activated(),
                Sightings.soak(state.terms(), number).toSeconds(),
                name,
                figures.startedAt(),
                figures.endedAt());
    }

    private static @Nullable GateVerdict verdict(List<Evidence> evidence) {
        GateVerdict worst = null;
        for (Evidence each : evidence) {
            if (each.scope() == null && (worst == null || weight(each.verdict()) > weight(worst))) {
                worst = each.verdict();
            }
        }
        return worst;
    }

    private static int weight(GateVerdict verdict) {
        return switch (verdict) {
            case PASS -> 0;
            case RUNNING -> 1;
            case INCONCLUSIVE -> 2;
            case FAIL -> 3;
        };
    }

    /** Devices left at the pace at which waves asked theirs, and the soaks to come. */
    private static @Nullable Long eta(RolloutState state, Instant now) {
        if (state.rollout().state() != Rollout.State.RUNNING) {
            return null;
        }
        double asking = 0;
        long asked = 0;
        double soaks = 0;
        for (int i = 0; i < state.terms().waves(); i++) {
            WaveFigures figures = state.progress().waves().get(i);
            Duration soak = Sightings.soak(state.terms(), i);
            Instant start = figures.startedAt();
            asked += figures.asked();
            if (start == null) {
                soaks += soak.toSeconds();
            } else if (figures.endedAt() == null) {
                Instant newest = figures.newest() == null ? now : figures.newest();
                asking += seconds(start, newest);
                soaks += Math.max(0, soak.toSeconds() - seconds(newest, now));
            } else {
                asking += seconds(start, figures.newest() == null ? figures.endedAt() : figures.newest());
            }
        }
        if (asked == 0) {
            return null;
        }
        double pace = asked / Math.max(1, asking);
        return Math.round(Math.max(0, state.terms().eligible() - asked) / pace + soaks);
    }

    private static double seconds(Instant from, Instant to) {
        return Math.max(0, Duration.between(from, to).toMillis() / 1000.0);
    }
}
