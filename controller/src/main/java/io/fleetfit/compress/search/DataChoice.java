package io.fleetfit.compress.search;

import io.fleetfit.protocol.Digest;
import org.jspecify.annotations.Nullable;

/**
 * Samples of a data set.
 *
 * @param name {@code set} or {@code set:split}, for people
 * @param digest of the data set's file
 * @param split part of the set; absent for all of it
 * @param count how many samples are used
 * @param seed of the choice
 */
public record DataChoice(
        String name, Digest digest, @Nullable String split, int count, long seed) {
    public DataChoice {
        if (count < 1) {
            throw new IllegalArgumentException("the number of samples must be 1 or more, got " + count);
        }
    }
}
