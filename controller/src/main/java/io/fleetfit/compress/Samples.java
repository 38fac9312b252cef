package io.fleetfit.compress;

import io.fleetfit.onnx.FloatTensor;
import io.fleetfit.protocol.Digest;
import java.util.Map;

/**
 * Inputs of a model, read one by one as often as asked; preprocessed, batch dimension 1. Iterating reads again from the
 * source, so that nothing of the set stays in memory.
 */
public interface Samples extends Iterable<Map<String, FloatTensor>> {
    /** Number of samples. */
    int count();

    /** Of the data set and the choice made from it: equal digests give equal samples in equal order. */
    Digest digest();
}
