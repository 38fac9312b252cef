package io.fleetfit.compress.prune;

import org.ejml.data.DMatrixRMaj;

/** What a layer loses with some of its columns, as energy of its output; remembers what has gone. */
interface Importance {
    /** The energy of the output's error that these columns would add if they went now. */
    double loss(int[] columns);

    /** The columns go. */
    void remove(int[] columns);

    /** The weights now; outputs × columns, zeros where columns have gone. */
    DMatrixRMaj weights();
}
