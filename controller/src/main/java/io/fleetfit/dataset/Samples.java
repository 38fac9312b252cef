package io.fleetfit.dataset;

import io.fleetfit.protocol.Digest;

/**
 * Samples of a data set, read one by one as often as asked. Iterating reads again from the source, so that nothing of the
 * set stays in memory.
 */
public interface Samples extends Iterable<Sample> {
    /** Number of samples. */
    int count();

    /** Of the data set and the choice made from it: equal digests give equal samples in equal order. */
    Digest digest();
}
