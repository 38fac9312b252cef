package io.fleetfit.compress.lowrank;

import io.fleetfit.compress.linear.Matrices;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * A matrix {@code W} of outputs × (channels·taps) as {@code U·C·(A ⊗ I_taps)}: {@code A} takes the channels to few, the same
 * at every tap; {@code C} sums over the taps; {@code U} spreads to the outputs. All ranks at once: the factors of a smaller
 * rank are the first rows and columns of the larger one's.
 *
 * <p>What counts is {@code E‖(W−Ŵ)x‖²} for the inputs {@code x} as they come, {@code tr((W−Ŵ)·G·(W−Ŵ)ᵀ)} with {@code G} their
 * second moment. {@code A} and {@code U} are the leading directions of the unfolded matrix, weighted by {@code G};
 * {@code C} solves least squares for these. For one tap this is the optimum (truncation-aware whitening, Wang et al., arXiv
 * 2403.07378).
 */
final class Decomposition {
    private final int taps;
    private final DMatrixRMaj first;
    private final DMatrixRMaj spread;
    private final DMatrixRMaj triangle;
    private final DMatrixRMaj explained;
    private final double total;

    /**
     * Factors.
     *
     * @param first rank × channels
     * @param core outer × (rank·taps)
     * @param last outputs × outer; the identity if outputs are not factorised
     */
    record Factors(DMatrixRMaj first, DMatrixRMaj core, DMatrixRMaj last) {
        /** {@code Ŵ}. */
        DMatrixRMaj product(int taps) {
            int rank = first.numRows;
            int channels = first.numCols;
            DMatrixRMaj inner = new DMatrixRMaj(core.numRows, channels * taps);
            for (int o = 0; o < core.numRows; o++) {
                for (int r = 0; r < rank; r++) {
                    for (int t = 0; t < taps; t++) {
                        double factor = core.unsafe_get(o, r * taps + t);
                        for (int c = 0; c < channels; c++) {
                            inner.data[o * channels * taps + c * taps + t] += factor * first.unsafe_get(r, c);
                        }
                    }
                }
            }
            return Matrices.times(last, inner);
        }
    }

    /**
     * Decomposes.
     *
     * @param weights outputs × (channels·taps), taps of a channel side by side
     * @param second moment of the inputs, positive definite
     * @param taps elements of the window that the first factor leaves alone
     * @param outer whether the outputs are factorised too
     */
    Decomposition(DMatrixRMaj weights, DMatrixRMaj second, int taps, boolean outer) {
        this.taps = taps;
        int channels = weights.numCols / taps;
        DMatrixRMaj seen = Matrices.times(weights, second);
        total = Math.max(Matrices.dot(seen, weights), Double.MIN_NORMAL);
        spread = outer
                ? Matrices.eigen(Matrices.timesTransposed(seen, weights)).vectors()
                : CommonOps_DDRM.identity(weights.numRows);
        first = Directions.of(unfolded(weights, channels), averaged(second, channels));
        DMatrixRMaj weighted = expanded(second, channels);
        DMatrixRMaj moments = contracted(weighted, channels);
        DMatrixRMaj rotated = outer ? Matrices.transposedTimes(spread, weights) : weights;
        triangle = Matrices.cholesky(moments);
        explained = Matrices.solveLower(triangle, Matrices.timesTransposed(weighted, rotated));
    }

    /** Rows (output, tap), columns channels. */
    private DMatrixRMaj unfolded(DMatrixRMaj weights, int channels) {
        DMatrixRMaj unfolded = new DMatrixRMaj(weights.numRows * taps, channels);
        for (int o = 0; o < weights.numRows; o++) {
            for (int c = 0; c < channels; c++) {
                for (int t = 0; t < taps; t++) {
                    unfolded.unsafe_set(o * taps + t, c, weights.unsafe_get(o, c * taps + t));
                }
            }
        }
        return unfolded;
    }

    /** The channels' second moment, the mean over the taps. */
    private DMatrixRMaj averaged(DMatrixRMaj second, int channels) {
        DMatrixRMaj mean = new DMatrixRMaj(channels, channels);
        for (int a = 0; a < channels; a++) {
            for (int b = 0; b < channels; b++) {
                double sum = 0;
                for (int t = 0; t < taps; t++) {
                    sum += second.unsafe_get(a * taps + t, b * taps + t);
                }
                mean.unsafe_set(a, b, sum / taps);
            }
        }
        return mean;
    }

    /** {@code (A ⊗ I)·G}; rows (rank, tap). */
    private DMatrixRMaj expanded(DMatrixRMaj second, int channels) {
        int n = second.numCols;
        DMatrixRMaj expanded = new DMatrixRMaj(first.numRows * taps, n);
        for (int t = 0; t < taps; t++) {
            DMatrixRMaj rows = new DMatrixRMaj(channels, n);
            for (int c = 0; c < channels; c++) {
                System.arraycopy(second.data, (c * taps + t) * n, rows.data, c * n, n);
            }
            DMatrixRMaj part = Matrices.times(first, rows);
            for (int r = 0; r < first.numRows; r++) {
                System.arraycopy(part.data, r * n, expanded.data, (r * taps + t) * n, n);
            }
        }
        return expanded;
    }

    /** {@code X·(A ⊗ I)ᵀ} for {@code X} with columns (channel, tap); columns (rank, tap). */
    private DMatrixRMaj contracted(DMatrixRMaj x, int channels) {
        DMatrixRMaj contracted = new DMatrixRMaj(x.numRows, first.numRows * taps);
        for (int t = 0; t < taps; t++) {
            DMatrixRMaj columns = new DMatrixRMaj(x.numRows, channels);
            for (int row = 0; row < x.numRows; row++) {
                for (int c = 0; c < channels; c++) {
                    columns.unsafe_set(row, c, x.unsafe_get(row, c * taps + t));
                }
            }
            DMatrixRMaj part = Matrices.timesTransposed(columns, first);
            for (int row = 0; row < x.numRows; row++) {
                for (int r = 0; r < first.numRows; r++) {
                    contracted.unsafe_set(row, r * taps + t, part.unsafe_get(row, r));
                }
            }
        }
        return contracted;
    }

    /** The largest rank there is. */
    int most() {
        return first.numRows;
    }

    /**
     * Shares of the output's energy that are lost.
     *
     * @return by rank, then by number of outer channels; both start at 0
     */
    double[][] losses() {
        int outer = explained.numCols;
        double[][] losses = new double[first.numRows + 1][outer + 1];
        double[] won = new double[outer];
        for (int rank = 0; rank <= first.numRows; rank++) {
            for (int row = (rank - 1) * taps; rank > 0 && row < rank * taps; row++) {
                for (int o = 0; o < outer; o++) {
                    won[o] += explained.unsafe_get(row, o) * explained.unsafe_get(row, o);
                }
            }
            double sum = 0;
            losses[rank][0] = 1;
            for (int o = 0; o < outer; o++) {
                sum += won[o];
                losses[rank][o + 1] = Math.max(0, 1 - sum / total);
            }
        }
        return losses;
    }

    /** The factors for these ranks. */
    Factors factors(int rank, int outer) {
        int rows = rank * taps;
        DMatrixRMaj core = Matrices.solveLowerTransposed(
                Matrices.leading(triangle, rows, rows), Matrices.leading(explained, rows, outer));
        return new Factors(
                Matrices.leading(first, rank, first.numCols),
                Matrices.transposed(core),
                Matrices.leading(spread, spread.numRows, outer));
    }
}
