package io.fleetfit.cost;

import io.fleetfit.onnx.GraphSummary;
import io.fleetfit.onnx.GraphSummary.OperatorClass;
import io.fleetfit.onnx.KernelCounts;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/** How much of each {@link CostTerm} one inference takes. Immutable; every amount is finite and 0 or more. */
public final class Workload {
    private final double[] amounts = new double[CostTerm.COUNT];

    /** A workload of these amounts; what is not named is 0. */
    public Workload(Map<CostTerm, Double> amounts) {
        amounts.forEach((term, amount) -> {
            if (!(amount >= 0) || amount.isInfinite()) {
                throw new IllegalArgumentException(term + " must be 0 or more, got " + amount);
            }
            this.amounts[term.ordinal()] = amount;
        });
    }

    /** The workload of a graph. Where nobody counted its kernels, each layer is one and values are written and read once. */
    public static Workload of(GraphSummary graph) {
        Map<CostTerm, Double> amounts = new EnumMap<>(CostTerm.class);
        for (CostTerm term : CostTerm.values()) {
            OperatorClass operators = term.operators();
            if (operators != null) {
                amounts.put(term, (double) graph.macs().getOrDefault(operators, 0L));
            }
        }
        KernelCounts kernels = graph.kernels();
        double written = graph.activationBytes() / (double) Float.BYTES;
        amounts.put(CostTerm.TRAFFIC, kernels == null ? 2 * written : kernels.trafficElements());
        amounts.put(CostTerm.ELEMENTWISE, kernels == null ? 0.0 : kernels.elementwiseElements());
        amounts.put(CostTerm.WEIGHTS, (double) graph.parameters());
        amounts.put(CostTerm.KERNELS, (double) (kernels == null ? graph.layers() : kernels.products()));
        amounts.put(CostTerm.OTHER_KERNELS, kernels == null ? 0.0 : kernels.others());
        return new Workload(amounts);
    }

    /** The amount of one term. */
    public double of(CostTerm term) {
        return amounts[term.ordinal()];
    }

    /** Whether there is nothing to do. */
    public boolean isEmpty() {
        return Arrays.stream(amounts).allMatch(it -> it == 0);
    }

    /** Multiply-accumulates of all kinds. */
    public double macs() {
        double sum = 0;
        for (CostTerm term : CostTerm.values()) {
            sum += term.operators() == null ? 0 : of(term);
        }
        return sum;
    }

    /** The amounts by term. */
    public Map<CostTerm, Double> amounts() {
        Map<CostTerm, Double> map = new EnumMap<>(CostTerm.class);
        for (CostTerm term : CostTerm.values()) {
            map.put(term, of(term));
        }
        return map;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Workload that && Arrays.equals(amounts, that.amounts);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(amounts);
    }

    @Override
    public String toString() {
        return amounts().toString();
    }
}
