package io.fleetfit.agent.runtime;

import io.fleetfit.agent.update.UpdateFailure;
import io.fleetfit.protocol.ErrorCode;
import io.fleetfit.protocol.Qualification;
import io.fleetfit.protocol.Qualification.Outcome;
import io.fleetfit.protocol.UpdateError;
import org.jspecify.annotations.Nullable;

/**
 * How a trial ended, with the numbers that it came to.
 *
 * @param outcome in one word
 * @param message for people; empty when it passed
 * @param needed number that broke a budget, in its unit; absent where no number did
 * @param available the budget; absent with {@code needed}
 * @param figures what was measured until then
 */
public record Verdict(
        Outcome outcome,
        String message,
        @Nullable Double needed,
        @Nullable Double available,
        Figures figures) {

    /**
     * Numbers of a trial; absent where it did not come to them. Units are those of {@link Qualification}.
     *
     * @param threads intra-op threads
     * @param runs timed runs
     */
    public record Figures(
            @Nullable Integer threads,
            @Nullable Double loadMillis,
            int runs,
            @Nullable Double p50Millis,
            @Nullable Double p95Millis,
            @Nullable Long peakMemoryBytes,
            @Nullable Double maxAbsoluteError,
            @Nullable Double maxRelativeError) {
        /** Before anything was measured. */
        public static Figures none() {
            return new Figures(null, null, 0, null, null, null, null, null);
        }

        Figures loaded(int withThreads, double millis) {
            return new Figures(
                    withThreads,
                    millis,
                    runs,
                    p50Millis,
                    p95Millis,
                    peakMemoryBytes,
                    maxAbsoluteError,
                    maxRelativeError);
        }

        Figures compared(GoldenCheck.Difference seen) {
            return new Figures(
                    threads,
                    loadMillis,
                    runs,
                    p50Millis,
                    p95Millis,
                    peakMemoryBytes,
                    Math.max(seen.absolute(), maxAbsoluteError == null ? 0 : maxAbsoluteError),
                    Math.max(seen.relative(), maxRelativeError == null ? 0 : maxRelativeError));
        }

        Figures timed(Timing timing) {
            return new Figures(
                    threads,
                    loadMillis,
                    timing.runs(),
                    timing.p50Millis(),
                    timing.p95Millis(),
                    peakMemoryBytes,
                    maxAbsoluteError,
                    maxRelativeError);
        }

        /** The same with a peak of memory. */
        public Figures peaked(long bytes) {
            return new Figures(
                    threads, loadMillis, runs, p50Millis, p95Millis, bytes, maxAbsoluteError, maxRelativeError);
        }
    }

    static Verdict passed(Figures figures) {
        return new Verdict(Outcome.PASSED, "", null, null, figures);
    }

    /** A failure that no budget explains. */
    public static Verdict failed(Outcome outcome, String message, Figures figures) {
        return new Verdict(outcome, message, null, null, figures);
    }

    /** What is reported, also when it failed. */
    public Qualification qualification(String provider, long totalMillis) {
        return new Qualification(
                outcome,
                provider,
                figures.threads(),
                figures.runs(),
                figures.loadMillis(),
                figures.p50Millis(),
                figures.p95Millis(),
                figures.peakMemoryBytes(),
                figures.maxAbsoluteError(),
                figures.maxRelativeError(),
                totalMillis);
    }

    /** The report if it passed; else the failure that carries it. */
    public Qualification orFailure(String provider, long totalMillis) throws UpdateFailure {
        Qualification report = qualification(provider, totalMillis);
        ErrorCode code = outcome.code();
        if (code == null) {
            return report;
        }
        throw UpdateFailure.qualified(new UpdateError(code, message, needed, available), report);
    }
}
