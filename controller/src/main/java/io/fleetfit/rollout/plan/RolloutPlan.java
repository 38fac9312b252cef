package io.fleetfit.rollout.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a deployment is moved to a new version. Everything absent has a default, so that {@code {}} is a plan: all devices
 * at once, no gate.
 *
 * @param waves in order, growing; a last one with all devices is added where it is missing
 * @param rate how fast devices are asked
 * @param start what it waits for
 * @param window when devices may be asked
 * @param limits what it may use at once
 * @param preStage downloads first, activation later
 * @param gates what closes each wave
 * @param reactions what happens when a gate does not pass
 */
public record RolloutPlan(
        @Nullable List<WaveRule> waves,
        @Nullable RateRule rate,
        @Nullable StartRule start,
        @Nullable Window window,
        @Nullable Limits limits,
        @Nullable PreStage preStage,
        @Nullable List<GateRule> gates,
        @Nullable Reactions reactions) {
    private static final WaveRule ALL = WaveRule.ofPercent(100, Span.seconds(0));
    /** Fleets below this have too few devices for any gate to decide. */
    private static final long GATED = 40;

    private static final double CANARY_PERCENT = 5;
    private static final double SECOND_PERCENT = 25;
    private static final int LEAST_CANARY = 20;

    /**
     * What happens when a gate does not pass.
     *
     * @param onFail absent is {@code REVERT}
     * @param onInconclusive absent is {@code PAUSE}
     * @param holdLimit how long an undecided wave is held before {@code onInconclusive}; absent is one hour
     * @param fallback whether devices go to the next best variant before the version is given up; absent is yes
     * @param falseAlarm bound on the chance that a good version is stopped, over all gates and waves; absent is 0.01
     */
    public record Reactions(
            @Nullable Reaction onFail,
            @Nullable Reaction onInconclusive,
            @Nullable Span holdLimit,
            @Nullable Boolean fallback,
            @Nullable Double falseAlarm) {
        /** All defaults. */
        public static Reactions standard() {
            return new Reactions(null, null, null, null, null);
        }

        /** What to do when a gate fails. */
        public Reaction failure() {
            return Objects.requireNonNullElse(onFail, Reaction.REVERT);
        }

        /** What to do when a wave stays undecided. */
        public Reaction indecision() {
            return Objects.requireNonNullElse(onInconclusive, Reaction.PAUSE);
        }

        /** How long an undecided wave is held. */
        public Span hold() {
            return Objects.requireNonNullElse(holdLimit, Span.minutes(60));
        }

        /** Whether devices go to the next best variant first. */
        public boolean fallsBack() {
            return !Boolean.FALSE.equals(fallback);
        }

        /** Bound on the chance of a false alarm. */
        public double alarm() {
            return falseAlarm == null ? 0.01 : falseAlarm;
        }
    }

    public RolloutPlan {
        waves = waves == null ? null : List.copyOf(waves);
        gates = gates == null ? null : List.copyOf(gates);
    }

    /** All devices at once, no gate. */
    public static RolloutPlan atOnce() {
        return new RolloutPlan(null, null, null, null, null, null, null, null);
    }

    /** Waves with gates. */
    public static RolloutPlan of(List<WaveRule> waves, List<GateRule> gates) {
        return new RolloutPlan(waves, null, null, null, null, null, gates, null);
    }

    /**
     * What is done for a deployment without a plan: 5 %, a quarter, all, each closed by gates on failures and silence;
     * all at once where there are too few devices for a gate to decide.
     */
    public static RolloutPlan standard(long eligible) {
        if (eligible < GATED) {
            return atOnce();
        }
        int canary = (int) Math.max(LEAST_CANARY, Math.ceil(eligible * CANARY_PERCENT / 100));
        return of(
                List.of(
                        WaveRule.ofCount(canary, Span.minutes(10)),
                        WaveRule.ofPercent(Math.max(SECOND_PERCENT, 100.0 * canary / eligible), Span.minutes(10)),
                        WaveRule.ofPercent(100, Span.minutes(10))),
                List.of(GateRule.of(GateRule.Kind.FAILURES), GateRule.of(GateRule.Kind.SILENCE)));
    }

    /** The waves, the last of which is all devices. */
    public List<WaveRule> allWaves() {
        if (waves == null || waves.isEmpty()) {
            return List.of(ALL);
        }
        WaveRule last = waves.get(waves.size() - 1);
        if (last.percent() != null && last.percent() >= 100) {
            return waves;
        }
        List<WaveRule> all = new ArrayList<>(waves);
        all.add(ALL);
        return List.copyOf(all);
    }

    /** The gates. */
    public List<GateRule> allGates() {
        return gates == null ? List.of() : gates;
    }

    /** What it waits for. */
    public StartRule starting() {
        return start == null ? StartRule.now() : start;
    }

    /** What it may use at once. */
    public Limits bounds() {
        return limits == null ? Limits.none() : limits;
    }

    /** What happens when a gate does not pass. */
    public Reactions reacting() {
        return reactions == null ? Reactions.standard() : reactions;
    }
}
