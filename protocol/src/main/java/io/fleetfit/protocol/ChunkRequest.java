package io.fleetfit.protocol;

import java.util.List;

/**
 * A bounded wish for parts of one blob.
 *
 * @param protocol {@link Protocol#VERSION}
 * @param deviceId who asks
 * @param blob the blob
 * @param kind whether parts of the index or chunks are wanted
 * @param numbers which ones, at most {@link #MAX_NUMBERS}; for the index, part numbers of
 *     {@link ChunkIndex#PART_BYTES} each
 * @param unicast whether the answer must come on the device's own topic instead of the shared one
 */
public record ChunkRequest(
        String protocol, String deviceId, Digest blob, Kind kind, List<Integer> numbers, boolean unicast) {
    /** Most parts that one request may name. */
    public static final int MAX_NUMBERS = 256;

    /** What is wanted. */
    public enum Kind {
        INDEX,
        CHUNK
    }

    public ChunkRequest {
        numbers = List.copyOf(numbers);
    }
}
