package io.fleetfit.rollout.plan;

import io.fleetfit.registry.Invalid;
import java.time.DateTimeException;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Refuses plans that cannot be meant: the first problem with its field, value and remedy. */
public final class PlanCheck {
    private static final int MOST_GATES = 30;

    private PlanCheck() {}

    /** The plan, if it is sound; throws {@link Invalid} otherwise. */
    public static RolloutPlan checked(RolloutPlan plan) {
        waves(plan.waves() == null ? List.of() : plan.waves());
        rate(plan.rate());
        window(plan.window());
        limits(plan.bounds());
        require(plan.allGates().size() <= MOST_GATES, "gates", plan.allGates().size(), "use at most " + MOST_GATES);
        for (int i = 0; i < plan.allGates().size(); i++) {
            gate("gates[" + i + "].", plan.allGates().get(i), plan);
        }
        reactions(plan.reacting());
        return plan;
    }

    private static void waves(List<WaveRule> waves) {
        WaveRule before = null;
        for (int i = 0; i < waves.size(); i++) {
            String field = "waves[" + i + "]";
            WaveRule wave = waves.get(i);
            if ((wave.count() == null) == (wave.percent() == null)) {
                throw new Invalid("a wave has either 'count' or 'percent'", field, null, "give exactly one of them");
            }
            require(wave.count() == null || wave.count() > 0, field + ".count", wave.count(), "use 1 or more");
            require(
                    wave.percent() == null || (wave.percent() > 0 && wave.percent() <= 100),
                    field + ".percent",
                    wave.percent(),
                    "use above 0 to 100");
            require(!shrinks(before, wave), field, value(wave), "let each wave be larger than the one before");
            before = wave;
        }
    }

    private static @Nullable Object value(WaveRule wave) {
        Object percent = wave.percent();
        return wave.count() == null ? percent : wave.count();
    }

    private static boolean shrinks(@Nullable WaveRule before, WaveRule wave) {
        if (before == null) {
            return false;
        }
        if (before.count() != null && wave.count() != null) {
            return wave.count() <= before.count();
        }
        return before.percent() != null && (wave.percent() == null || wave.percent() <= before.percent());
    }

    private static void rate(@Nullable RateRule rate) {
        if (rate == null) {
            return;
        }
        require(rate.perMinute() > 0, "rate.perMinute", rate.perMinute(), "use a number above 0");
        require(rate.factor() == null || rate.factor() >= 1, "rate.factor", rate.factor(), "use 1 or more");
        require(
                rate.everySuccesses() == null || rate.everySuccesses() >= 1,
                "rate.everySuccesses",
                rate.everySuccesses(),
                "use 1 or more");
        require(
                rate.maxPerMinute() == null || rate.maxPerMinute() >= rate.perMinute(),
                "rate.maxPerMinute",
                rate.maxPerMinute(),
                "use at least rate.perMinute");
    }

    private static void window(@Nullable Window window) {
        if (window == null) {
            return;
        }
        time("window.from", window.from());
        time("window.to", window.to());
        require(!window.from().equals(window.to()), "window.to", window.to(), "leave the window out for always");
        if (window.days() != null) {
            for (String day : window.days()) {
                try {
                    Window.dayOf(day);
                } catch (IllegalArgumentException e) {
                    throw new Invalid(String.valueOf(e.getMessage()), "window.days", day, "write MON, TUE, …");
                }
            }
        }
        if (window.zone() != null) {
            try {
                ZoneId.of(window.zone());
            } catch (DateTimeException e) {
                throw new Invalid(
                        "'" + window.zone() + "' is no time zone",
                        "window.zone",
                        window.zone(),
                        "write for example Europe/Berlin");
            }
        }
    }

    private static void time(String field, @Nullable String text) {
        try {
            LocalTime.parse(String.valueOf(text));
        } catch (DateTimeException e) {
            throw new Invalid("'" + text + "' is no time of the day", field, text, "write for example 22:00");
        }
    }

    private static void limits(Limits limits) {
        require(
                limits.inFlight() == null || limits.inFlight() > 0,
                "limits.inFlight",
                limits.inFlight(),
                "use 1 or more");
        require(
                limits.bytesPerSecond() == null || limits.bytesPerSecond() > 0,
                "limits.bytesPerSecond",
                limits.bytesPerSecond(),
                "use 1 or more");
        Limits.Unavailable unavailable = limits.unavailable();
        if (unavailable != null) {
            present("limits.unavailable.label", unavailable.label());
        }
        require(
                unavailable == null || unavailable.max() > 0,
                "limits.unavailable.max",
                unavailable == null ? null : unavailable.max(),
                "use 1 or more");
    }

    private static void gate(String field, GateRule gate, RolloutPlan plan) {
        present(field + "kind", gate.kind());
        require(
                gate.toleratedShare() >= 0 && gate.toleratedShare() < 1,
                field + "tolerated",
                gate.tolerated(),
                "use a share from 0 to below 1");
        require(gate.leastSamples() >= 1, field + "minSamples", gate.minSamples(), "use 1 or more");
        require(gate.leastInferences() >= 1, field + "minInferences", gate.minInferences(), "use 1 or more");
        if (gate.kind() == GateRule.Kind.QUERY) {
            require(gate.query() != null && !gate.query().isBlank(), field + "query", gate.query(), "give the PromQL");
            require(gate.limit() != null, field + "limit", null, "give the value that must not be passed");
        }
        if (gate.kind() == GateRule.Kind.SILENCE) {
            for (WaveRule wave : plan.waves() == null ? List.<WaveRule>of() : plan.waves()) {
                Span soak = wave.soak() == null ? Span.seconds(0) : wave.soak();
                require(
                        soak.duration().compareTo(gate.silence().duration()) > 0,
                        "waves.soak",
                        soak,
                        "watch each wave for longer than " + gate.silence() + ", the silence that the gate waits for");
            }
        }
    }

    private static void reactions(RolloutPlan.Reactions reactions) {
        require(
                reactions.failure() != Reaction.PROMOTE,
                "reactions.onFail",
                reactions.onFail(),
                "use PAUSE, KEEP or REVERT");
        require(
                reactions.alarm() > 0 && reactions.alarm() < 0.5,
                "reactions.falseAlarm",
                reactions.falseAlarm(),
                "use a chance above 0 and below 0.5, for example 0.01");
    }

    /** JSON leaves out what a record says is there. */
    private static void present(String field, @Nullable Object value) {
        require(value != null, field, null, "add it");
    }

    private static void require(boolean holds, String field, @Nullable Object value, String remedy) {
        if (!holds) {
            throw new Invalid("'" + field + "' cannot be " + value, field, value, remedy);
        }
    }
}
