package io.fleetfit.cost;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.linsol.LinearSolverDense;

/**
 * Latencies of graphs on placements, learned: the pooled costs ({@link PooledCosts}) and, on what they leave over, Gaussian
 * process regression with the nested components of {@link CostCovariance}. An estimate is log-normal. Immutable, safe for
 * many threads; an estimate costs time in proportion to the square of the number of observations.
 *
 * <p>Outliers: each observation's noise is that of Student's t distribution with {@value #FREEDOM} degrees of freedom and
 * each placement has a noise of its own, both found from the leave-one-out errors, which the inverse of the covariance gives
 * in closed form (Rasmussen and Williams 2006, equation 5.12). So a board that is noisy gets wide intervals and does not
 * widen others'.
 */
public final class CostModel {
    /** Half width of the interval that holds 90 % of a normal distribution, in standard deviations. */
    static final double NINE_OF_TEN = 1.645;

    static final int FREEDOM = 4;

    /** Observations that a fit takes at the most; it holds their covariance in memory. */
    static final int MOST_OBSERVATIONS = 1_000;

    private static final int NOISE_ROUNDS = 2;

    /** How many observations' worth a placement's ordinary noise counts against what was seen. */
    private static final double NOISE_BELIEF = 6;

    /** Of fewer observations of a placement nobody can tell which one is odd. */
    private static final int LEAST_TO_JUDGE = 5;

    private static final double LEAST_NOISE = 0.3;
    private static final double MOST_NOISE = 30;

    private final Function<Placement, UnitCosts> stated;
    private final double[] shift;
    private final CostCovariance covariance;
    private final CostPoint[] points;
    private final DMatrixRMaj inverse;
    private final double[] weights;
    private final Map<Placement, Double> noise;

    private CostModel(Function<Placement, UnitCosts> stated, double[] shift, CostCovariance covariance, Fitted fitted) {
        this.stated = stated;
        this.shift = shift;
        this.covariance = covariance;
        this.points = fitted.points();
        this.inverse = fitted.inverse();
        this.weights = fitted.weights();
        this.noise = fitted.noise();
    }

    /** A distribution of a latency: the median in milliseconds and the standard deviation of its logarithm. */
    public record Distribution(double medianMillis, double logDeviation) {
        /** Lower end of the 90 % interval. */
        public double lowerMillis() {
            return medianMillis * Math.exp(-NINE_OF_TEN * logDeviation);
        }

        /** Upper end of the 90 % interval. */
        public double upperMillis() {
            return medianMillis * Math.exp(NINE_OF_TEN * logDeviation);
        }
    }

    /**
     * A model of these observations.
     *
     * @param observations at most {@value #MOST_OBSERVATIONS}; {@link CostHistory} chooses
     * @param stated costs of every placement before anything was measured there
     */
    public static CostModel fit(List<Observation> observations, Function<Placement, UnitCosts> stated) {
        if (observations.size() > MOST_OBSERVATIONS) {
            throw new IllegalArgumentException("at most " + MOST_OBSERVATIONS + " observations, got "
                    + observations.size() + "; take those near the target");
        }
        Map<Placement, UnitCosts> costs = new HashMap<>();
        observations.forEach(it -> costs.computeIfAbsent(it.placement(), stated));
        double[] shift = PooledCosts.fit(observations, costs);
        CostPoint[] points = observations.stream()
                .map(it -> CostPoint.of(
                        it.placement(), it.graph(), it.work(), it.openShapes(), stated.apply(it.placement()), shift))
                .toArray(CostPoint[]::new);
        CostCovariance covariance = new CostCovariance(meanShares(points));
        double[] rest = new double[points.length];
        for (int i = 0; i < rest.length; i++) {
            rest[i] = Math.log(observations.get(i).millis()) - points[i].logMillis();
        }
        return new CostModel(stated, shift, covariance, Fitted.of(points, rest, covariance));
    }

    private static double[] meanShares(CostPoint[] points) {
        double[] mean = new double[CostTerm.COUNT];
        for (CostPoint point : points) {
            for (int k = 0; k < mean.length; k++) {
                mean[k] += point.shares()[k] / points.length;
            }
        }
        return mean;
    }

    /** The latency of a graph on a placement, measured there or not. */
    public Distribution estimate(Placement placement, String graph, Workload work, boolean openShapes) {
        CostPoint point = CostPoint.of(placement, graph, work, openShapes, stated.apply(placement), shift);
        double mean = point.logMillis();
        double[] with = new double[points.length];
        for (int i = 0; i < with.length; i++) {
            with[i] = covariance.of(point, points[i]);
            mean += with[i] * weights[i];
        }
        double variance = covariance.of(point, point);
        for (int i = 0; i < with.length; i++) {
            double sum = 0;
            for (int j = 0; j < with.length; j++) {
                sum += inverse.get(i, j) * with[j];
            }
            variance -= with[i] * sum;
        }
        double own = Fitted.ordinary(noise, placement);
        return new Distribution(Math.exp(mean), Math.sqrt(Math.max(0, variance) + own));
    }

    /** How many observations it knows. */
    public int observations() {
        return points.length;
    }

    /** What the regression keeps. */
    private record Fitted(CostPoint[] points, DMatrixRMaj inverse, double[] weights, Map<Placement, Double> noise) {

        static Fitted of(CostPoint[] points, double[] rest, CostCovariance covariance) {
            int n = points.length;
            DMatrixRMaj plain = new DMatrixRMaj(n, n);
            for (int i = 0; i < n; i++) {
                for (int j = 0; j <= i; j++) {
                    double value = covariance.of(points[i], points[j]);
                    plain.set(i, j, value);
                    plain.set(j, i, value);
                }
            }
            Map<Placement, Double> noise = new HashMap<>();
            double[] doubt = new double[n];
            Fitted fitted = solve(points, rest, plain, noise, doubt);
            for (int round = 0; round < NOISE_ROUNDS && n > 0; round++) {
                fitted.judge(noise, doubt);
                fitted = solve(points, rest, plain, noise, doubt);
            }
            return fitted;
        }

        private static Fitted solve(
                CostPoint[] points, double[] rest, DMatrixRMaj plain, Map<Placement, Double> noise, double[] doubt) {
            int n = points.length;
            DMatrixRMaj inverse = new DMatrixRMaj(n, n);
            double[] weights = new double[n];
            if (n > 0) {
                DMatrixRMaj noisy = plain.copy();
                for (int i = 0; i < n; i++) {
                    noisy.add(i, i, ordinary(noise, points[i].placement()) + doubt[i]);
                }
                LinearSolverDense<DMatrixRMaj> solver = LinearSolverFactory_DDRM.chol(n);
                if (!solver.setA(noisy)) {
                    throw new IllegalStateException("the covariance of " + n + " latencies is not positive definite");
                }
                solver.invert(inverse);
                for (int i = 0; i < n; i++) {
                    for (int j = 0; j < n; j++) {
                        weights[i] += inverse.get(i, j) * rest[j];
                    }
                }
            }
            return new Fitted(points, inverse, weights, Map.copyOf(noise));
        }

        private static double ordinary(Map<Placement, Double> noise, Placement placement) {
            return CostCovariance.NOISE * CostCovariance.NOISE * noise.getOrDefault(placement, 1.0);
        }

        /**
         * Sets the noise of each placement and the doubt in each observation from the leave-one-out errors. The doubt is
         * the variance that an observation has beyond the ordinary; it does not excuse the error that it was found from.
         */
        private void judge(Map<Placement, Double> noise, double[] doubt) {
            double[] squares = new double[points.length];
            Map<Placement, List<Integer>> rows = new HashMap<>();
            for (int i = 0; i < points.length; i++) {
                double variance = 1 / inverse.get(i, i) - doubt[i];
                double error = weights[i] / inverse.get(i, i);
                double square = error * error / variance;
                double excess = (FREEDOM + square) / (FREEDOM + 1);
                squares[i] = square / Math.max(1, excess);
                doubt[i] = variance * Math.max(0, excess - 1);
                rows.computeIfAbsent(points[i].placement(), key -> new ArrayList<>())
                        .add(i);
            }
            rows.forEach((placement, own) -> {
                if (own.size() < LEAST_TO_JUDGE) {
                    own.forEach(i -> doubt[i] = 0);
                    return;
                }
                double sum = NOISE_BELIEF;
                for (int i : own) {
                    sum += squares[i];
                }
                double factor = noise.getOrDefault(placement, 1.0) * sum / (NOISE_BELIEF + own.size());
                noise.put(placement, Math.max(LEAST_NOISE, Math.min(MOST_NOISE, factor)));
            });
        }
    }
}
