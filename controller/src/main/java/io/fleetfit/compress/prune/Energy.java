package io.fleetfit.compress.prune;

import org.ejml.data.DMatrixRMaj;

/** The energy that columns contribute to the output, {@code tr(W_c·E[x_c·x_cᵀ]·W_cᵀ)}; nothing makes up for them. */
final class Energy implements Importance {
    private final DMatrixRMaj weights;
    private final DMatrixRMaj second;

    /**
     * Of a layer.
     *
     * @param weights outputs × columns
     * @param second moment of what flows in
     */
    Energy(DMatrixRMaj weights, DMatrixRMaj second) {
        this.weights = weights.copy();
        this.second = second;
    }

    @Override
    public double loss(int[] columns) {
        double sum = 0;
        for (int a : columns) {
            for (int b : columns) {
                sum += second.unsafe_get(a, b) * product(a, b);
            }
        }
        return sum;
    }

    private double product(int a, int b) {
        double sum = 0;
        for (int o = 0; o < weights.numRows; o++) {
            sum += weights.unsafe_get(o, a) * weights.unsafe_get(o, b);
        }
        return sum;
    }

    @Override
    public void remove(int[] columns) {
        for (int column : columns) {
            for (int o = 0; o < weights.numRows; o++) {
                weights.unsafe_set(o, column, 0);
            }
        }
    }

    @Override
    public DMatrixRMaj weights() {
        return weights.copy();
    }
}
