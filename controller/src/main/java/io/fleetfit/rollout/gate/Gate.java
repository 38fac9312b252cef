package io.fleetfit.rollout.gate;

import io.fleetfit.rollout.plan.GateRule;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decides by what was counted. Pure. A gate fails as soon as the evidence is strong enough, and passes only at the end of
 * the wave's time with enough devices, a share of bad ones that is tolerated, and no evidence against it.
 */
public final class Gate {
    private static final int REMEMBERED = 4_096;

    /** Answers of a pure function: a step asks most questions again and again. */
    private static final Map<Question, Evidence> KNOWN = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Question, Evidence> eldest) {
            return size() > REMEMBERED;
        }
    };

    private Gate() {}

    /**
     * What a gate may rest on.
     *
     * @param wave what was counted in the wave, by the gate
     * @param control the same of devices that still run the old version; raises what is tolerated
     * @param alpha bound on the chance of a false alarm of this gate in this wave
     * @param over whether the time of the wave is over and every device of it is decided
     */
    public record Question(
            GateRule rule, @Nullable String scope, Tally wave, Tally control, double alpha, boolean over) {}

    /** The verdict with its evidence. */
    public static Evidence decide(Question question) {
        synchronized (KNOWN) {
            Evidence known = KNOWN.get(question);
            if (known != null) {
                return known;
            }
        }
        Evidence found = find(question);
        synchronized (KNOWN) {
            KNOWN.put(question, found);
        }
        return found;
    }

    private static Evidence find(Question question) {
        GateRule rule = question.rule();
        Tally wave = question.wave();
        double tolerated = tolerated(rule, question.control());
        boolean failed = SequentialTest.isAbove(wave.bad(), wave.samples(), tolerated, question.alpha());
        GateVerdict verdict = failed ? GateVerdict.FAIL : verdict(rule, wave, tolerated, question.over());
        Double share = wave.decided() == 0 ? null : (double) wave.bad() / wave.decided();
        return new Evidence(
                rule.kind(),
                question.scope(),
                verdict,
                share,
                tolerated,
                wave.decided(),
                wave.bad(),
                wave.samples() == 0 ? null : SequentialTest.lower(wave.bad(), wave.samples(), question.alpha()),
                wave.decided() == 0 ? null : SequentialTest.upper(wave.bad(), wave.decided(), question.alpha()),
                text(rule, verdict, wave, tolerated));
    }

    private static GateVerdict verdict(GateRule rule, Tally wave, double tolerated, boolean over) {
        if (!over) {
            return GateVerdict.RUNNING;
        }
        return wave.decided() >= rule.leastSamples() && wave.bad() <= tolerated * wave.decided()
                ? GateVerdict.PASS
                : GateVerdict.INCONCLUSIVE;
    }

    /** What is tolerated, or what comparable devices show without an update if that is more. */
    static double tolerated(GateRule rule, Tally control) {
        if (control.decided() == 0) {
            return rule.toleratedShare();
        }
        double share = (control.bad() + 0.5) / (control.decided() + 1.0);
        double spread = Math.sqrt(share * (1 - share) / control.decided());
        double usual = control.bad() == 0 ? 0 : share + 2 * spread;
        return Math.min(0.9, Math.max(rule.toleratedShare(), usual));
    }

    private static String text(GateRule rule, GateVerdict verdict, Tally wave, double tolerated) {
        String counted = wave.bad() + " of " + wave.decided() + " devices " + words(rule.kind());
        String allowed = String.format(Locale.ROOT, "%.1f %% tolerated", tolerated * 100);
        return switch (verdict) {
            case PASS, FAIL -> counted + ", " + allowed;
            case RUNNING -> counted + ", " + allowed + "; " + (wave.samples() - wave.decided()) + " not decided yet";
            case INCONCLUSIVE ->
                wave.decided() < rule.leastSamples()
                        ? counted + "; " + rule.leastSamples() + " devices are needed to decide"
                        : counted + ", " + allowed + ", and that may still be chance";
        };
    }

    private static String words(GateRule.Kind kind) {
        return switch (kind) {
            case FAILURES -> "failed";
            case SILENCE -> "fell silent";
            case LATENCY -> "are too slow";
            case ERRORS -> "fail inferences";
            case DRIFT -> "answer differently";
            case MEMORY -> "take too much memory";
            case TEMPERATURE -> "are too hot";
            case QUERY -> "count";
        };
    }
}
