package io.fleetfit.deploy.bench.latency;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * Non-negative least squares by the active set method of Lawson and Hanson (Solving Least Squares Problems, 1974, chapter
 * 23); for the baselines alone.
 */
final class NonNegativeLeastSquares {
    private static final double TOLERANCE = 1e-10;
    private static final int ROUNDS = 200;

    private NonNegativeLeastSquares() {}

    /**
     * The x of 0 or more that makes {@code |a x − b|} least.
     *
     * @param a rows of equal length
     */
    static double[] solve(double[][] a, double[] b) {
        int n = a[0].length;
        double[] x = new double[n];
        boolean[] free = new boolean[n];
        for (int round = 0; round < ROUNDS; round++) {
            int best = steepest(a, b, x, free);
            if (best < 0) {
                break;
            }
            free[best] = true;
            double[] wish = restricted(a, b, free);
            while (isOutside(wish, free)) {
                double step = 1;
                for (int k = 0; k < n; k++) {
                    if (free[k] && wish[k] <= 0) {
                        step = Math.min(step, x[k] / Math.max(Double.MIN_NORMAL, x[k] - wish[k]));
                    }
                }
                for (int k = 0; k < n; k++) {
                    x[k] += step * (wish[k] - x[k]);
                    free[k] = free[k] && x[k] > TOLERANCE;
                    x[k] = free[k] ? x[k] : 0;
                }
                wish = restricted(a, b, free);
            }
            x = wish;
        }
        return x;
    }

    private static boolean isOutside(double[] wish, boolean[] free) {
        for (int k = 0; k < wish.length; k++) {
            if (free[k] && wish[k] <= 0) {
                return true;
            }
        }
        return false;
    }

    /** The column at the bound along which the error falls fastest; −1 if along none. */
    private static int steepest(double[][] a, double[] b, double[] x, boolean[] free) {
        double[] gradient = new double[x.length];
        for (int i = 0; i < a.length; i++) {
            double rest = b[i];
            for (int k = 0; k < x.length; k++) {
                rest -= a[i][k] * x[k];
            }
            for (int k = 0; k < x.length; k++) {
                gradient[k] += a[i][k] * rest;
            }
        }
        int best = -1;
        for (int k = 0; k < x.length; k++) {
            if (!free[k] && gradient[k] > TOLERANCE && (best < 0 || gradient[k] > gradient[best])) {
                best = k;
            }
        }
        return best;
    }

    private static double[] restricted(double[][] a, double[] b, boolean[] free) {
        int[] columns = IntStream.range(0, free.length).filter(k -> free[k]).toArray();
        double[] x = new double[free.length];
        if (columns.length == 0) {
            return x;
        }
        DMatrixRMaj normal = new DMatrixRMaj(columns.length, columns.length);
        DMatrixRMaj right = new DMatrixRMaj(columns.length, 1);
        for (int i = 0; i < a.length; i++) {
            for (int k = 0; k < columns.length; k++) {
                right.add(k, 0, a[i][columns[k]] * b[i]);
                for (int l = 0; l < columns.length; l++) {
                    normal.add(k, l, a[i][columns[k]] * a[i][columns[l]]);
                }
            }
        }
        for (int k = 0; k < columns.length; k++) {
            normal.add(k, k, TOLERANCE);
        }
        DMatrixRMaj solution = new DMatrixRMaj(columns.length, 1);
        if (!CommonOps_DDRM.solve(normal, right, solution)) {
            Arrays.fill(x, 0);
            return x;
        }
        for (int k = 0; k < columns.length; k++) {
            x[columns[k]] = solution.get(k, 0);
        }
        return x;
    }
}
