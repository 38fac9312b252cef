package io.fleetfit.compress;

import io.fleetfit.protocol.Digest;
import java.util.List;

/**
 * Soft outputs that were written down.
 *
 * @param digest of the file
 * @param size of the file in bytes
 * @param samples how many
 * @param arrays names of the arrays in the archive
 */
public record Distilled(Digest digest, long size, long samples, List<String> arrays) {
    public Distilled {
        arrays = List.copyOf(arrays);
    }
}
