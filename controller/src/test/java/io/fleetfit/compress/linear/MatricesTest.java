package io.fleetfit.compress.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.MatrixFeatures_DDRM;
import org.ejml.dense.row.RandomMatrices_DDRM;
import org.junit.jupiter.api.Test;

class MatricesTest {
    private final Random random = new Random(1);

    private DMatrixRMaj positive(int n) {
        DMatrixRMaj a = RandomMatrices_DDRM.rectangle(n, n + 3, -1, 1, random);
        return Matrices.timesTransposed(a, a);
    }

    @Test
    void solving_and_inverting_undo_a_product() {
        DMatrixRMaj a = positive(37);
        DMatrixRMaj x = RandomMatrices_DDRM.rectangle(37, 5, -1, 1, random);

        assertThat(MatrixFeatures_DDRM.isIdentical(Matrices.solve(a, Matrices.times(a, x)), x, 1e-7))
                .isTrue();
        assertThat(MatrixFeatures_DDRM.isIdentity(Matrices.times(a, Matrices.inverse(a)), 1e-7))
                .isTrue();
    }

    @Test
    void a_matrix_that_rounding_made_singular_is_still_factorised() {
        DMatrixRMaj thin = RandomMatrices_DDRM.rectangle(20, 3, -1, 1, random);
        DMatrixRMaj singular = Matrices.timesTransposed(thin, thin);

        DMatrixRMaj lower = Matrices.cholesky(singular);

        assertThat(MatrixFeatures_DDRM.isIdentical(Matrices.timesTransposed(lower, lower), singular, 1e-5))
                .isTrue();
    }

    @Test
    void eigenvectors_come_largest_first_and_rebuild_the_matrix() {
        DMatrixRMaj a = positive(12);

        Matrices.Eigen eigen = Matrices.eigen(a);

        DMatrixRMaj scaled = eigen.vectors().copy();
        CommonOps_DDRM.multCols(scaled, eigen.values());
        assertThat(MatrixFeatures_DDRM.isIdentical(Matrices.timesTransposed(scaled, eigen.vectors()), a, 1e-9))
                .isTrue();
        assertThat(eigen.values()).isSortedAccordingTo((x, y) -> Double.compare(y, x));
    }

    @Test
    void moments_are_those_of_all_rows() {
        Moments moments = new Moments(2, 1);
        float[][] rows = {{1, 2, 3}, {0, 0, 1}, {4, -1, 2}, {2, 2, 2}, {0, 5, -1}, {1, 1, 0}};
        for (float[] row : rows) {
            moments.add(row, 0, row, 2);
        }

        DMatrixRMaj second = moments.second(false);
        DMatrixRMaj centred = moments.second(true);
        DMatrixRMaj cross = moments.cross(false);

        assertThat(second.get(0, 0)).isEqualTo(22 / 6.0, within(1e-12));
        assertThat(second.get(1, 0)).isEqualTo(3 / 6.0, within(1e-12));
        assertThat(centred.get(0, 1)).isEqualTo(3 / 6.0 - 8 / 6.0 * 9 / 6.0, within(1e-12));
        assertThat(cross.get(1, 0)).isEqualTo((6 - 2 + 4 - 5) / 6.0, within(1e-12));
        assertThat(moments.rows()).isEqualTo(6);
    }
}
