package io.fleetfit.compress.linear;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;

/**
 * Sums over rows {@code x} (and {@code y}), from which least squares are solved: {@code Σx}, {@code Σxxᵀ}, {@code Σxyᵀ},
 * {@code Σy}. Memory is that of the sums, however many rows come; 8·n·(n+m) bytes.
 */
public final class Moments {
    private static final int BLOCK = 4;

    /** Rows an element of {@code x}, from which on the moments are taken as they are. */
    private static final int ENOUGH = 4;

    private final int n;
    private final int m;
    private final double[] xx;
    private final double[] xy;
    private final double[] xSum;
    private final double[] ySum;
    private final double[][] xRows;
    private final double[][] yRows;
    private int waiting;
    private long rows;

    /**
     * Nothing seen yet.
     *
     * @param n elements of {@code x}
     * @param m elements of {@code y}; 0 if only {@code x} counts
     */
    public Moments(int n, int m) {
        this.n = n;
        this.m = m;
        xx = new double[Math.multiplyExact(n, n)];
        xy = new double[Math.multiplyExact(n, m)];
        xSum = new double[n];
        ySum = new double[m];
        xRows = new double[BLOCK][n];
        yRows = new double[BLOCK][m];
    }

    /** Adds a row, {@code n} elements of {@code x} from an offset and {@code m} of {@code y} from another. */
    public void add(float[] x, int xOffset, float[] y, int yOffset) {
        double[] xRow = xRows[waiting];
        double[] yRow = yRows[waiting];
        for (int i = 0; i < n; i++) {
            xRow[i] = x[xOffset + i];
            xSum[i] += xRow[i];
        }
        for (int i = 0; i < m; i++) {
            yRow[i] = y[yOffset + i];
            ySum[i] += yRow[i];
        }
        rows++;
        if (++waiting == BLOCK) {
            flush();
        }
    }

    /** Four rows at a time: each element of the sums is loaded and stored once for them. */
    private void flush() {
        for (int row = waiting; row < BLOCK; row++) {
            Arrays.fill(xRows[row], 0);
            Arrays.fill(yRows[row], 0);
        }
        for (int i = 0; i < n; i++) {
            double a = xRows[0][i];
            double b = xRows[1][i];
            double c = xRows[2][i];
            double d = xRows[3][i];
            if (a != 0 || b != 0 || c != 0 || d != 0) {
                axpy(xx, i * n, xRows, i, n, a, b, c, d);
                axpy(xy, i * m, yRows, 0, m, a, b, c, d);
            }
        }
        waiting = 0;
    }

    private static void axpy(
            double[] sums, int base, double[][] rows, int from, int to, double a, double b, double c, double d) {
        double[] r0 = rows[0];
        double[] r1 = rows[1];
        double[] r2 = rows[2];
        double[] r3 = rows[3];
        for (int j = from; j < to; j++) {
            sums[base + j] += a * r0[j] + b * r1[j] + c * r2[j] + d * r3[j];
        }
    }

    /** Number of rows seen. */
    public long rows() {
        return rows;
    }

    /** Mean of {@code x}. */
    public double[] meanX() {
        return mean(xSum);
    }

    /** Mean of {@code y}. */
    public double[] meanY() {
        return mean(ySum);
    }

    private double[] mean(double[] sums) {
        double[] means = sums.clone();
        for (int i = 0; i < means.length; i++) {
            means[i] /= Math.max(1, rows);
        }
        return means;
    }

    /** {@code E[xxᵀ]}, or the covariance of {@code x} if {@code centred}. */
    public DMatrixRMaj second(boolean centred) {
        flush();
        DMatrixRMaj second = new DMatrixRMaj(n, n);
        double[] mean = meanX();
        for (int i = 0; i < n; i++) {
            for (int j = i; j < n; j++) {
                double value = xx[i * n + j] / Math.max(1, rows) - (centred ? mean[i] * mean[j] : 0);
                second.unsafe_set(i, j, value);
                second.unsafe_set(j, i, value);
            }
        }
        return second;
    }

    /**
     * {@link #second} with what few rows cannot tell taken back: below four rows an element of {@code x}, elements off the
     * diagonal are smaller in proportion (shrinkage towards the diagonal; Schäfer and Strimmer 2005). Else a layer with more
     * inputs than rows seen would seem to have inputs that others can stand for.
     */
    public DMatrixRMaj shrunk(boolean centred) {
        DMatrixRMaj second = second(centred);
        double kept = Math.min(1, (double) rows / (ENOUGH * Math.max(1, n)));
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                if (i != j) {
                    second.data[i * n + j] *= kept;
                }
            }
        }
        return second;
    }

    /** {@code E[xyᵀ]}, or the covariance if {@code centred}; n × m. */
    public DMatrixRMaj cross(boolean centred) {
        flush();
        DMatrixRMaj cross = new DMatrixRMaj(n, m);
        double[] x = meanX();
        double[] y = meanY();
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < m; j++) {
                cross.unsafe_set(i, j, xy[i * m + j] / Math.max(1, rows) - (centred ? x[i] * y[j] : 0));
            }
        }
        return cross;
    }
}
