package io.fleetfit.dataset;

import io.fleetfit.protocol.Digest;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where samples are read from: a data set's file and a choice from it.
 *
 * @param file the data set as one file
 * @param digest of that file
 * @param split use only this part of the set, for example {@code calibration}; absent for all of it
 * @param most use at most so many samples, evenly from all classes, chosen by {@code seed}
 * @param seed of the choice
 */
public record SampleSource(
        Path file, Digest digest, @Nullable String split, int most, long seed) {
    public SampleSource {
        if (most < 1) {
            throw new IllegalArgumentException("the number of samples must be 1 or more, got " + most);
        }
    }

    /** A choice from the whole set. */
    public SampleSource(Path file, Digest digest, int most, long seed) {
        this(file, digest, null, most, seed);
    }
}
