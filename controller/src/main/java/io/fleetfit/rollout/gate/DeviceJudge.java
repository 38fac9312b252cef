package io.fleetfit.rollout.gate;

import io.fleetfit.rollout.plan.GateRule;
import org.apache.commons.math3.distribution.BinomialDistribution;
import org.jspecify.annotations.Nullable;

/** Says of one device whether it is bad by a gate. */
public final class DeviceJudge {
    private static final double CHANCE = 0.001;

    private DeviceJudge() {}

    /** What a device is by one gate. */
    public enum Judgement {
        UNMEASURED,
        GOOD,
        BAD
    }

    /**
     * The judgement by what the device measured.
     *
     * @param gate one that {@linkplain GateRule#needsTelemetry needs telemetry}
     * @param policyP95 bound of the deployment's policy in milliseconds; absent if it has none
     */
    public static Judgement judge(
            GateRule gate, DeviceFigures figures, Reference reference, @Nullable Double policyP95) {
        return switch (gate.kind()) {
            case LATENCY -> latency(gate, figures, reference, policyP95);
            case ERRORS -> errors(gate, figures, reference);
            case DRIFT -> drift(gate, figures, reference);
            case MEMORY -> memory(gate, figures, reference);
            case TEMPERATURE -> {
                Double celsius = figures.celsius();
                yield celsius == null ? Judgement.UNMEASURED : of(celsius > gate.bound());
            }
            case FAILURES, SILENCE, QUERY ->
                throw new IllegalArgumentException(gate.kind() + " does not judge by telemetry");
        };
    }

    private static Judgement latency(
            GateRule gate, DeviceFigures figures, Reference reference, @Nullable Double policyP95) {
        Double p95 = figures.p95Millis();
        Double usual = reference.p95Millis();
        if (p95 == null || figures.inferences() < gate.leastInferences() || (usual == null && policyP95 == null)) {
            return Judgement.UNMEASURED;
        }
        boolean overBudget = policyP95 != null && p95 > policyP95;
        return of(overBudget || (usual != null && p95 > usual * gate.bound()));
    }

    /** Bad when so many errors would be rare at the limit or at what the old version has, whichever is higher. */
    private static Judgement errors(GateRule gate, DeviceFigures figures, Reference reference) {
        long calls = figures.inferences() + figures.errors();
        if (calls < gate.leastInferences()) {
            return Judgement.UNMEASURED;
        }
        double allowed = Math.min(1, Math.max(gate.bound(), reference.errorShare()));
        if (figures.errors() <= calls * allowed) {
            return Judgement.GOOD;
        }
        int trials = (int) Math.min(calls, Integer.MAX_VALUE);
        int failed = (int) Math.min(figures.errors(), trials);
        double chance = 1 - new BinomialDistribution(trials, allowed).cumulativeProbability(failed - 1);
        return of(chance < CHANCE);
    }

    private static Judgement drift(GateRule gate, DeviceFigures figures, Reference reference) {
        long answers = figures.classes().stream().mapToLong(Long::longValue).sum();
        long usual = reference.classes().stream().mapToLong(Long::longValue).sum();
        return answers < gate.leastInferences() || usual < gate.leastInferences()
                ? Judgement.UNMEASURED
                : of(Drift.moved(figures.classes(), reference.classes(), gate.bound()));
    }

    private static Judgement memory(GateRule gate, DeviceFigures figures, Reference reference) {
        Long bytes = figures.memoryBytes();
        Long usual = reference.memoryBytes();
        return bytes == null || usual == null || usual == 0 ? Judgement.UNMEASURED : of(bytes > usual * gate.bound());
    }

    private static Judgement of(boolean bad) {
        return bad ? Judgement.BAD : Judgement.GOOD;
    }
}
