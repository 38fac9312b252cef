package io.fleetfit.cli.page;

import org.jspecify.annotations.Nullable;

/**
 * A candidate in the plot and the table.
 *
 * @param name of the variant
 * @param size of its file in bytes
 * @param megaMacs multiply-accumulates of one inference, in millions; absent if unknown
 * @param memory peak memory in bytes; absent if unknown
 * @param quality metric; absent if not evaluated
 * @param low lower end of its interval
 * @param high upper end
 * @param agreement with the parent; absent where there is none
 * @param ratio latency beside the parent; absent if not measured
 * @param targets on whose fronts it is, for people; empty if on none
 */
public record FrontPoint(
        String name,
        @Nullable Long size,
        @Nullable Double megaMacs,
        @Nullable Long memory,
        @Nullable Double quality,
        double low,
        double high,
        @Nullable Double agreement,
        @Nullable Double ratio,
        String targets) {
    /** Whether it is on a front. */
    public boolean isMember() {
        return !targets.isEmpty();
    }
}
