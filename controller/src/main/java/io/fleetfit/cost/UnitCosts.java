package io.fleetfit.cost;

import io.fleetfit.onnx.GraphSummary.OperatorClass;
import java.util.Arrays;
import java.util.Map;

/**
 * What one unit of each {@link CostTerm} takes on a placement, as far as somebody says before anything was measured there: a
 * device class's declared rates or a probe. Immutable.
 */
public final class UnitCosts {
    /** A unit never takes less than this, so that logarithms stay finite; in milliseconds. */
    private static final double LEAST = 1e-12;

    /** Weights are read in long runs, activations hop; published rates of real boards put the ratio near one half. */
    private static final double WEIGHT_OVER_ACTIVATION = 0.5;

    /** A kernel without products is about half as dear to start as one with. */
    private static final double OTHER_OVER_KERNEL = 0.5;

    private final double[] millis;
    private final double doubt;

    private UnitCosts(double[] millis, double doubt) {
        this.millis = millis;
        this.doubt = doubt;
        for (int i = 0; i < millis.length; i++) {
            millis[i] = Math.max(LEAST, millis[i]);
        }
    }

    /**
     * Costs of these amounts.
     *
     * @param millis milliseconds a unit, for every term
     * @param doubt standard deviation of the logarithm of the overall speed; 2 is anything, 0.2 a good probe
     */
    public static UnitCosts of(Map<CostTerm, Double> millis, double doubt) {
        double[] all = new double[CostTerm.COUNT];
        for (CostTerm term : CostTerm.values()) {
            Double value = millis.get(term);
            if (value == null || !(value >= 0) || value.isInfinite()) {
                throw new IllegalArgumentException(term + " needs a cost of 0 or more, got " + value);
            }
            all[term.ordinal()] = value;
        }
        if (!(doubt > 0)) {
            throw new IllegalArgumentException("doubt must be above 0, got " + doubt);
        }
        return new UnitCosts(all, doubt);
    }

    /**
     * Costs by a profile's declared rates.
     *
     * @param int8 whether products are computed in 8 bits
     */
    public static UnitCosts of(DeviceRates rates, boolean int8) {
        double[] all = new double[CostTerm.COUNT];
        double slowest = rates.gmacsPerSecond().values().stream()
                .mapToDouble(it -> it)
                .min()
                .orElse(0.1);
        for (CostTerm term : CostTerm.values()) {
            OperatorClass operators = term.operators();
            if (operators != null) {
                double rate =
                        rates.gmacsPerSecond().getOrDefault(operators, slowest) * (int8 ? rates.int8Speedup() : 1);
                all[term.ordinal()] = 1 / (rate * 1e6);
            }
        }
        double element = Float.BYTES / (rates.memoryGigabytesPerSecond() * 1e6);
        all[CostTerm.TRAFFIC.ordinal()] = element / 2;
        all[CostTerm.ELEMENTWISE.ordinal()] = element / 2;
        all[CostTerm.WEIGHTS.ordinal()] = element * WEIGHT_OVER_ACTIVATION;
        all[CostTerm.KERNELS.ordinal()] = rates.layerMicros() / 1e3;
        all[CostTerm.OTHER_KERNELS.ordinal()] = rates.layerMicros() / 1e3 * OTHER_OVER_KERNEL;
        return new UnitCosts(all, Math.max(0.05, Math.log1p(rates.relativeUncertainty()) / CostModel.NINE_OF_TEN));
    }

    /** Costs of an ordinary board of which nothing at all is known: a 64-bit core of middling speed, or a hundred times off. */
    public static UnitCosts unknown() {
        double[] all = new double[CostTerm.COUNT];
        all[CostTerm.POINTWISE.ordinal()] = 1 / 6e6;
        all[CostTerm.SPATIAL.ordinal()] = 1 / 9e6;
        all[CostTerm.DEPTHWISE.ordinal()] = 1 / 1.5e6;
        all[CostTerm.GROUPED.ordinal()] = 1 / 3e6;
        all[CostTerm.GEMM.ordinal()] = 1 / 1.5e6;
        all[CostTerm.RECURRENT.ordinal()] = 1 / 1.5e6;
        all[CostTerm.TRAFFIC.ordinal()] = 4 / 3e6;
        all[CostTerm.ELEMENTWISE.ordinal()] = 4 / 3e6;
        all[CostTerm.WEIGHTS.ordinal()] = 4 / 4e6;
        all[CostTerm.KERNELS.ordinal()] = 10e-3;
        all[CostTerm.OTHER_KERNELS.ordinal()] = 5e-3;
        return new UnitCosts(all, 2);
    }

    /** Milliseconds that one unit takes. */
    public double millis(CostTerm term) {
        return millis[term.ordinal()];
    }

    /** Standard deviation of the logarithm of the overall speed. */
    public double doubt() {
        return doubt;
    }

    /** The same with another doubt. */
    public UnitCosts withDoubt(double other) {
        return new UnitCosts(millis.clone(), other);
    }

    /** Milliseconds of each term of a workload when a unit takes {@code exp(shift)} times as long as stated here. */
    double[] times(Workload work, double[] shift) {
        double[] times = new double[CostTerm.COUNT];
        for (CostTerm term : CostTerm.values()) {
            int i = term.ordinal();
            times[i] = work.of(term) * millis[i] * Math.exp(shift[i]);
        }
        return times;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof UnitCosts that && Arrays.equals(millis, that.millis) && doubt == that.doubt;
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(millis) * 31 + Double.hashCode(doubt);
    }
}
