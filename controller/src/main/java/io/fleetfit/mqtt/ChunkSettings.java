package io.fleetfit.mqtt;

import java.time.Duration;

/**
 * How parts of blobs are sent.
 *
 * @param bytesPerSecond most bytes a second to the broker, all blobs together; 0 is as fast as it takes them
 * @param maxInFlightBytes most bytes that the broker has not yet taken
 * @param firstJoin how long the first request for a blob that nobody downloads waits for others
 * @param join how long a request waits for others while a blob is being downloaded
 * @param crossing time after a shared part within which a request for it, by a device that listened, crossed it on the
 *     way and is not answered again; a device repeats a request later than that
 */
public record ChunkSettings(
        long bytesPerSecond, long maxInFlightBytes, Duration firstJoin, Duration join, Duration crossing) {
    /** As fast as the broker takes it. */
    public static ChunkSettings standard() {
        return new ChunkSettings(0, 16 << 20, Duration.ofMillis(150), Duration.ofMillis(5), Duration.ofMillis(1_500));
    }

    /** The same with a bound on the rate. */
    public ChunkSettings withBytesPerSecond(long rate) {
        return new ChunkSettings(rate, maxInFlightBytes, firstJoin, join, crossing);
    }
}
