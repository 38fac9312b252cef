package io.fleetfit.cost;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.linsol.LinearSolverDense;

/**
 * How all placements together differ from the stated {@link UnitCosts}: one factor a term, so that the costs stay above 0
 * whatever was measured.
 *
 * <p>Maximum a posteriori fit of {@code log latency = speed of the placement + log Σ exp(shift) · cost · work} by
 * Gauss–Newton on the logarithms, which makes errors relative; Huber's weights against outliers; a ridge toward shift 0,
 * the stated costs. A graph counts once however many placements ran it.
 */
final class PooledCosts {
    private static final int ROUNDS = 8;
    private static final int WEIGHT_ROUNDS = 3;

    /** Stated costs are off by a factor of two or so: standard deviation of their logarithm. */
    private static final double PRIOR_DEVIATION = 0.7;

    private static final double RESIDUAL_DEVIATION = 0.2;
    private static final double HUBER = 0.3;

    /** A round never changes a cost by more than this factor's logarithm. */
    private static final double LONGEST_STEP = 1;

    private PooledCosts() {}

    /** The logarithm of the factor on each term's cost; zeros where nothing was measured. */
    static double[] fit(List<Observation> observations, Map<Placement, UnitCosts> costs) {
        double[] shift = new double[CostTerm.COUNT];
        if (observations.isEmpty()) {
            return shift;
        }
        Layout layout = Layout.of(observations);
        for (int round = 0; round < ROUNDS; round++) {
            double[] step = step(observations, costs, shift, layout);
            double longest = 0;
            for (int k = 0; k < shift.length; k++) {
                double bounded = Math.max(-LONGEST_STEP, Math.min(LONGEST_STEP, step[k]));
                shift[k] += bounded;
                longest = Math.max(longest, Math.abs(bounded));
            }
            if (longest < 1e-4) {
                break;
            }
        }
        return shift;
    }

    /** Rows by placement, and how much each counts. */
    private record Layout(List<int[]> groups, double[] share) {
        static Layout of(List<Observation> observations) {
            Map<Placement, List<Integer>> rows = new HashMap<>();
            Map<String, Integer> times = new HashMap<>();
            for (int i = 0; i < observations.size(); i++) {
                rows.computeIfAbsent(observations.get(i).placement(), key -> new ArrayList<>())
                        .add(i);
                times.merge(observations.get(i).graph(), 1, Integer::sum);
            }
            double[] share = observations.stream()
                    .mapToDouble(it -> 1.0 / times.getOrDefault(it.graph(), 1))
                    .toArray();
            return new Layout(
                    rows.values().stream()
                            .map(it -> it.stream().mapToInt(i -> i).toArray())
                            .toList(),
                    share);
        }
    }

    private static double[] step(
            List<Observation> observations, Map<Placement, UnitCosts> costs, double[] shift, Layout layout) {
        int n = observations.size();
        double[] rest = new double[n];
        double[][] shares = new double[n][];
        for (int i = 0; i < n; i++) {
            Observation it = observations.get(i);
            double[] times =
                    costs.getOrDefault(it.placement(), UnitCosts.unknown()).times(it.work(), shift);
            double sum = Arrays.stream(times).sum();
            shares[i] = times;
            for (int k = 0; k < times.length; k++) {
                times[k] = sum > 0 ? times[k] / sum : 0;
            }
            rest[i] = sum > 0 ? Math.log(it.millis() / sum) : 0;
        }
        double[] weight = layout.share().clone();
        double[] step = new double[CostTerm.COUNT];
        for (int round = 0; round < WEIGHT_ROUNDS; round++) {
            double[] y = rest.clone();
            double[][] x = new double[n][];
            for (int[] group : layout.groups()) {
                centre(group, weight, rest, shares, y, x);
            }
            step = ridge(x, y, weight, shift);
            for (int i = 0; i < n; i++) {
                double error = y[i];
                for (int k = 0; k < step.length; k++) {
                    error -= x[i][k] * step[k];
                }
                weight[i] = layout.share()[i] * Math.min(1, HUBER / Math.max(1e-9, Math.abs(error)));
            }
        }
        return step;
    }

    /** Takes the weighted mean of a placement's rows away: its speed is free. */
    private static void centre(
            int[] group, double[] weight, double[] rest, double[][] shares, double[] y, double[][] x) {
        double total = 0;
        double meanRest = 0;
        double[] meanShare = new double[CostTerm.COUNT];
        for (int i : group) {
            total += weight[i];
            meanRest += weight[i] * rest[i];
            for (int k = 0; k < meanShare.length; k++) {
                meanShare[k] += weight[i] * shares[i][k];
            }
        }
        for (int i : group) {
            y[i] = rest[i] - meanRest / total;
            x[i] = new double[CostTerm.COUNT];
            for (int k = 0; k < meanShare.length; k++) {
                x[i][k] = shares[i][k] - meanShare[k] / total;
            }
        }
    }

    private static double[] ridge(double[][] x, double[] y, double[] weight, double[] shift) {
        int terms = CostTerm.COUNT;
        double pull = Math.pow(RESIDUAL_DEVIATION / PRIOR_DEVIATION, 2);
        DMatrixRMaj normal = CommonOps_DDRM.identity(terms);
        CommonOps_DDRM.scale(pull, normal);
        DMatrixRMaj right = new DMatrixRMaj(terms, 1);
        for (int k = 0; k < terms; k++) {
            right.set(k, 0, -pull * shift[k]);
        }
        for (int i = 0; i < y.length; i++) {
            for (int k = 0; k < terms; k++) {
                double weighted = weight[i] * x[i][k];
                right.add(k, 0, weighted * y[i]);
                for (int l = 0; l < terms; l++) {
                    normal.add(k, l, weighted * x[i][l]);
                }
            }
        }
        LinearSolverDense<DMatrixRMaj> solver = LinearSolverFactory_DDRM.chol(terms);
        DMatrixRMaj step = new DMatrixRMaj(terms, 1);
        if (!solver.setA(normal)) {
            return new double[terms];
        }
        solver.solve(right, step);
        return step.getData().clone();
    }
}
