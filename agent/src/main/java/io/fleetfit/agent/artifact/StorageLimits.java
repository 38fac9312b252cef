package io.fleetfit.agent.artifact;

/**
 * What models may take of the disk.
 *
 * @param quotaBytes all blobs together, whole and partial; {@link Long#MAX_VALUE} is no quota
 * @param reserveBytes what must stay free on the file system for everything else
 */
public record StorageLimits(long quotaBytes, long reserveBytes) {
    /** No quota and 16 MiB left free. */
    public static StorageLimits unlimited() {
        return new StorageLimits(Long.MAX_VALUE, 16L << 20);
    }
}
