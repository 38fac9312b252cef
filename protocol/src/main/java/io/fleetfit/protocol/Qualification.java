package io.fleetfit.protocol;

import org.jspecify.annotations.Nullable;

/**
 * What the trial of a variant on a device found, in a process of its own before it serves. Numbers that the trial did not
 * come to are absent.
 *
 * @param outcome how it ended
 * @param provider execution provider
 * @param threads intra-op threads
 * @param runs timed runs
 * @param loadMillis time to load the model
 * @param p50Millis median latency of one run
 * @param p95Millis 95th percentile of it
 * @param peakMemoryBytes most memory that the process had beyond what it had before it loaded the model
 * @param maxAbsoluteError greatest difference to the reference outputs, in the unit of the output
 * @param maxRelativeError greatest difference to a reference output over the greatest magnitude of that output
 * @param totalMillis from the end of staging to the verdict
 */
public record Qualification(
        Outcome outcome,
        String provider,
        @Nullable Integer threads,
        int runs,
        @Nullable Double loadMillis,
        @Nullable Double p50Millis,
        @Nullable Double p95Millis,
        @Nullable Long peakMemoryBytes,
        @Nullable Double maxAbsoluteError,
        @Nullable Double maxRelativeError,
        long totalMillis) {

    /** How a trial ended. */
    public enum Outcome {
        /** All as it should be. */
        PASSED(null),
        /** The runtime refused the file. */
        LOAD_FAILED(ErrorCode.RUNTIME_LOAD),
        /** The execution provider is not there. */
        NO_PROVIDER(ErrorCode.RUNTIME_PROVIDER),
        /** The process died. */
        CRASHED(ErrorCode.RUNTIME_TRIAL),
        /** It did not end in time. */
        TIMED_OUT(ErrorCode.RUNTIME_TRIAL),
        /** A run failed, or inputs and outputs are not those of the contract. */
        RUN_FAILED(ErrorCode.RUNTIME_TRIAL),
        /** An output holds NaN or infinity. */
        NOT_FINITE(ErrorCode.RUNTIME_TRIAL),
        /** An output differs from the reference beyond the tolerance. */
        OUTPUT_DIFFERS(ErrorCode.RUNTIME_TRIAL),
        /** Slower than the budget. */
        TOO_SLOW(ErrorCode.BUDGET_LATENCY),
        /** More memory than the budget or the board has. */
        TOO_MUCH_MEMORY(ErrorCode.BUDGET_MEMORY);

        private final @Nullable ErrorCode code;

        Outcome(@Nullable ErrorCode code) {
            this.code = code;
        }

        /** The error that a slot reports for it; null if it is none. */
        public @Nullable ErrorCode code() {
            return code;
        }
    }
}
