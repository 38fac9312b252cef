package io.fleetfit.compress.linear;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.ejml.concurrency.EjmlConcurrency;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.CholeskyDecomposition_F64;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/** The linear algebra that compression needs, over EJML, in one thread: the same numbers on every machine. */
public final class Matrices {
    static {
        // The sums of several threads would come in another order elsewhere.
        EjmlConcurrency.USE_CONCURRENT = false;
    }

    private Matrices() {}

    /**
     * Eigenvectors of a symmetric matrix, largest eigenvalue first.
     *
     * @param values in falling order; what rounding made negative is 0
     * @param vectors one a column, of length 1
     */
    @SuppressWarnings("ArrayRecordComponent") // numbers; nobody compares them with equals
    public record Eigen(double[] values, DMatrixRMaj vectors) {}

    /** Rows of floats as a matrix. */
    public static DMatrixRMaj of(float[] values, int rows, int columns) {
        DMatrixRMaj matrix = new DMatrixRMaj(rows, columns);
        for (int i = 0; i < values.length; i++) {
            matrix.data[i] = values[i];
        }
        return matrix;
    }

    /** A matrix as rows of floats. */
    public static float[] floats(DMatrixRMaj matrix) {
        float[] values = new float[matrix.numRows * matrix.numCols];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) matrix.data[i];
        }
        return values;
    }

    /** {@code a·b}. */
    public static DMatrixRMaj times(DMatrixRMaj a, DMatrixRMaj b) {
        return CommonOps_DDRM.mult(a, b, new DMatrixRMaj(a.numRows, b.numCols));
    }

    /** {@code a·bᵀ}. */
    public static DMatrixRMaj timesTransposed(DMatrixRMaj a, DMatrixRMaj b) {
        return CommonOps_DDRM.multTransB(a, b, new DMatrixRMaj(a.numRows, b.numRows));
    }

    /** {@code aᵀ·b}. */
    public static DMatrixRMaj transposedTimes(DMatrixRMaj a, DMatrixRMaj b) {
        return CommonOps_DDRM.multTransA(a, b, new DMatrixRMaj(a.numCols, b.numCols));
    }

    /** {@code aᵀ}. */
    public static DMatrixRMaj transposed(DMatrixRMaj a) {
        return CommonOps_DDRM.transpose(a, new DMatrixRMaj(a.numCols, a.numRows));
    }

    /** The first rows and columns. */
    public static DMatrixRMaj leading(DMatrixRMaj a, int rows, int columns) {
        return CommonOps_DDRM.extract(a, 0, rows, 0, columns);
    }

    /** Adds {@code share} of the mean of the diagonal to the diagonal, in place. */
    public static DMatrixRMaj ridged(DMatrixRMaj symmetric, double share) {
        int n = symmetric.numRows;
        double added = Math.max(share * CommonOps_DDRM.trace(symmetric) / Math.max(1, n), Double.MIN_NORMAL);
        for (int i = 0; i < n; i++) {
            symmetric.add(i, i, added);
        }
        return symmetric;
    }

    /** The lower triangle {@code L} of {@code a = L·Lᵀ}; {@code a} positive definite but for rounding. */
    public static DMatrixRMaj cholesky(DMatrixRMaj a) {
        for (double share = 0; share < 1; share = Math.max(share * 100, 1e-12)) {
            CholeskyDecomposition_F64<DMatrixRMaj> decomposition = DecompositionFactory_DDRM.chol(a.numRows, true);
            if (decomposition.decompose(ridged(a.copy(), share))) {
                return decomposition.getT(null);
            }
        }
        throw new IllegalStateException("a matrix of " + a.numRows + " rows is not positive definite");
    }

    /** {@code L⁻¹·b}, in place of {@code b}. */
    public static DMatrixRMaj solveLower(DMatrixRMaj lower, DMatrixRMaj b) {
        for (int i = 0; i < b.numRows; i++) {
            for (int k = 0; k < i; k++) {
                subtract(b, i, k, lower.unsafe_get(i, k));
            }
            divide(b, i, lower.unsafe_get(i, i));
        }
        return b;
    }

    /** {@code L⁻ᵀ·b}, in place of {@code b}. */
    public static DMatrixRMaj solveLowerTransposed(DMatrixRMaj lower, DMatrixRMaj b) {
        for (int i = b.numRows - 1; i >= 0; i--) {
            divide(b, i, lower.unsafe_get(i, i));
            for (int k = 0; k < i; k++) {
                subtract(b, k, i, lower.unsafe_get(i, k));
            }
        }
        return b;
    }

    private static void subtract(DMatrixRMaj b, int to, int from, double factor) {
        if (factor != 0) {
            int n = b.numCols;
            for (int j = 0; j < n; j++) {
                b.data[to * n + j] -= factor * b.data[from * n + j];
            }
        }
    }

    private static void divide(DMatrixRMaj b, int row, double divisor) {
        for (int j = row * b.numCols; j < (row + 1) * b.numCols; j++) {
            b.data[j] /= divisor;
        }
    }

    /** {@code a⁻¹·b} for a positive definite {@code a}. */
    public static DMatrixRMaj solve(DMatrixRMaj a, DMatrixRMaj b) {
        DMatrixRMaj lower = cholesky(a);
        return solveLowerTransposed(lower, solveLower(lower, b.copy()));
    }

    /** The inverse of a positive definite matrix. */
    public static DMatrixRMaj inverse(DMatrixRMaj a) {
        return solve(a, CommonOps_DDRM.identity(a.numRows));
    }

    /** Eigenvectors of a symmetric matrix. */
    public static Eigen eigen(DMatrixRMaj symmetric) {
        int n = symmetric.numRows;
        EigenDecomposition_F64<DMatrixRMaj> decomposition = DecompositionFactory_DDRM.eig(n, true, true);
        if (!decomposition.decompose(symmetric.copy())) {
            throw new IllegalStateException("the eigenvectors of a matrix of " + n + " rows were not found");
        }
        double[] found = IntStream.range(0, n)
                .mapToDouble(i -> decomposition.getEigenvalue(i).getReal())
                .toArray();
        Integer[] order = IntStream.range(0, n)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -found[i]).thenComparing(i -> i))
                .toArray(Integer[]::new);
        DMatrixRMaj vectors = new DMatrixRMaj(n, n);
        for (int column = 0; column < n; column++) {
            DMatrixRMaj vector = decomposition.getEigenVector(order[column]);
            for (int row = 0; row < n; row++) {
                vectors.unsafe_set(row, column, vector.get(row));
            }
        }
        return new Eigen(
                Arrays.stream(order).mapToDouble(i -> Math.max(0, found[i])).toArray(), vectors);
    }

    /** {@code Σᵢⱼ aᵢⱼ·bᵢⱼ}. */
    public static double dot(DMatrixRMaj a, DMatrixRMaj b) {
        double sum = 0;
        for (int i = 0; i < a.numRows * a.numCols; i++) {
            sum += a.data[i] * b.data[i];
        }
        return sum;
    }
}
