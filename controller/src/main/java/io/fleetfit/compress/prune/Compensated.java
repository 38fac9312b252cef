package io.fleetfit.compress.prune;

import io.fleetfit.compress.linear.Matrices;
import org.ejml.data.DMatrixRMaj;

/**
 * The energy that the output loses for good when columns go and all others make up for them as well as they can:
 * {@code tr(W_c·([H⁻¹]_cc)⁻¹·W_cᵀ)}, with {@code H} the moments of what flows in (optimal brain surgeon, Hassibi and Stork
 * 1993; for blocks of columns: Kurtić et al., arXiv 2302.04089). Removing columns updates the weights and {@code H⁻¹}.
 */
final class Compensated implements Importance {
    private final int columns;
    private final int outputs;
    private final double[] inverse;
    private final double[] weights;

    /**
     * Of a layer.
     *
     * @param weights outputs × columns
     * @param second moment of what flows in, made positive definite
     */
    Compensated(DMatrixRMaj weights, DMatrixRMaj second) {
        columns = weights.numCols;
        outputs = weights.numRows;
        inverse = Matrices.inverse(second).data;
        this.weights = Matrices.transposed(weights).data;
    }

    @Override
    public double loss(int[] block) {
        return square(solved(block));
    }

    private static double square(DMatrixRMaj values) {
        return Matrices.dot(values, values);
    }

    /** {@code L⁻¹·W_cᵀ} where {@code [H⁻¹]_cc = L·Lᵀ}. */
    private DMatrixRMaj solved(int[] block) {
        return Matrices.solveLower(Matrices.cholesky(inverseOf(block)), weightsOf(block));
    }

    private DMatrixRMaj inverseOf(int[] block) {
        DMatrixRMaj part = new DMatrixRMaj(block.length, block.length);
        for (int i = 0; i < block.length; i++) {
            for (int j = 0; j < block.length; j++) {
                part.unsafe_set(i, j, inverse[block[i] * columns + block[j]]);
            }
        }
        return part;
    }

    private DMatrixRMaj weightsOf(int[] block) {
        DMatrixRMaj part = new DMatrixRMaj(block.length, outputs);
        for (int i = 0; i < block.length; i++) {
            System.arraycopy(weights, block[i] * outputs, part.data, i * outputs, outputs);
        }
        return part;
    }

    @Override
    public void remove(int[] block) {
        DMatrixRMaj part = inverseOf(block);
        DMatrixRMaj rows = new DMatrixRMaj(block.length, columns);
        for (int i = 0; i < block.length; i++) {
            System.arraycopy(inverse, block[i] * columns, rows.data, i * columns, columns);
        }
        DMatrixRMaj weightChange = Matrices.solve(part, weightsOf(block));
        DMatrixRMaj inverseChange = Matrices.solve(part, rows);
        for (int row = 0; row < columns; row++) {
            for (int i = 0; i < block.length; i++) {
                // The rows of the block as they were: the symmetric matrix holds them as columns.
                double factor = rows.data[i * columns + row];
                if (factor != 0) {
                    subtract(weights, row * outputs, weightChange.data, i * outputs, outputs, factor);
                    subtract(inverse, row * columns, inverseChange.data, i * columns, columns, factor);
                }
            }
        }
        clear(block);
    }

    private static void subtract(double[] to, int at, double[] from, int start, int length, double factor) {
        for (int j = 0; j < length; j++) {
            to[at + j] -= factor * from[start + j];
        }
    }

    /** What rounding left of the columns that went. */
    private void clear(int[] block) {
        for (int column : block) {
            for (int j = 0; j < columns; j++) {
                inverse[column * columns + j] = 0;
                inverse[j * columns + column] = 0;
            }
            for (int j = 0; j < outputs; j++) {
                weights[column * outputs + j] = 0;
            }
        }
    }

    @Override
    public DMatrixRMaj weights() {
        DMatrixRMaj now = new DMatrixRMaj(columns, outputs);
        System.arraycopy(weights, 0, now.data, 0, weights.length);
        return Matrices.transposed(now);
    }
}
