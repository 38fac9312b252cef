package io.fleetfit.compress.lowrank;

import io.fleetfit.compress.linear.Matrices;
import org.ejml.data.DMatrixRMaj;

/** The directions in a matrix's inputs that matter most to its outputs. */
final class Directions {
    /** Directions whose energy is a smaller share of the largest one's are rounding. */
    private static final double NOTHING = 1e-14;

    private Directions() {}

    /**
     * Rows {@code A}, most important first, so that for each {@code r} the best approximation of rank {@code r} of
     * {@code x ↦ W·x} looks at {@code x} through the first {@code r} rows alone. By the eigenvectors of {@code W·G·Wᵀ}, or of
     * {@code Lᵀ·Wᵀ·W·L} with {@code G = L·Lᵀ}, whichever is smaller.
     *
     * @param weights {@code W}
     * @param second {@code G}, the second moment of the inputs
     */
    static DMatrixRMaj of(DMatrixRMaj weights, DMatrixRMaj second) {
        if (weights.numRows <= weights.numCols) {
            DMatrixRMaj outputs = Matrices.timesTransposed(Matrices.times(weights, second), weights);
            Matrices.Eigen eigen = Matrices.eigen(outputs);
            DMatrixRMaj rows = Matrices.transposedTimes(eigen.vectors(), weights);
            return Matrices.leading(rows, real(eigen.values()), rows.numCols);
        }
        DMatrixRMaj lower = Matrices.cholesky(second);
        DMatrixRMaj whitened = Matrices.times(weights, lower);
        Matrices.Eigen eigen = Matrices.eigen(Matrices.transposedTimes(whitened, whitened));
        DMatrixRMaj columns =
                Matrices.solveLowerTransposed(lower, eigen.vectors().copy());
        DMatrixRMaj rows = Matrices.transposed(columns);
        return Matrices.leading(rows, real(eigen.values()), rows.numCols);
    }

    /** Number of directions that are not rounding, at least 1. */
    private static int real(double[] values) {
        int count = 0;
        while (count < values.length && values[count] > NOTHING * values[0]) {
            count++;
        }
        return Math.max(1, count);
    }
}
