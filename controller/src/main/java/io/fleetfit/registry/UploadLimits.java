package io.fleetfit.registry;

import java.time.Duration;

/**
 * What uploads may take.
 *
 * @param maxBytes largest single file
 * @param maxPendingBytes bytes of all uploads that are not yet complete
 * @param reservedDiskBytes bytes of the disk that uploads leave free
 * @param expiry how long an upload that gets no bytes is kept, and how long a complete one is remembered
 */
public record UploadLimits(long maxBytes, long maxPendingBytes, long reservedDiskBytes, Duration expiry) {
    /** Files of 64 GiB, as data sets may be, 128 GiB at once, 256 MiB of the disk left free, a day. */
    public static final UploadLimits DEFAULT = new UploadLimits(64L << 30, 128L << 30, 256L << 20, Duration.ofDays(1));
}
