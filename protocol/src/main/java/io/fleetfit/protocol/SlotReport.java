package io.fleetfit.protocol;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One slot as the device sees it.
 *
 * @param slot name
 * @param state step of the update
 * @param since when the state began, device clock
 * @param generation the desired generation that this state answers
 * @param target full name of the variant that is or was being brought up ({@code model@version/variant}); absent if none
 * @param active full name of the variant that serves now; absent if none
 * @param activeBlob digest of what serves now
 * @param progress of the download under way or the last one
 * @param error of the last failed update
 * @param trialP50Millis median latency of the qualification run, in milliseconds
 * @param trialP95Millis 95th percentile of it
 * @param activationMillis time from the receipt of the assignment to activation
 * @param qualification what the trial of {@code target} found, also when it failed; absent before it
 */
public record SlotReport(
        String slot,
        UpdateState state,
        Instant since,
        long generation,
        @Nullable String target,
        @Nullable String active,
        @Nullable Digest activeBlob,
        @Nullable Progress progress,
        @Nullable UpdateError error,
        @Nullable Double trialP50Millis,
        @Nullable Double trialP95Millis,
        @Nullable Long activationMillis,
        @Nullable Qualification qualification) {

    /** Without a qualification. */
    public SlotReport(
            String slot,
            UpdateState state,
            Instant since,
            long generation,
            @Nullable String target,
            @Nullable String active,
            @Nullable Digest activeBlob,
            @Nullable Progress progress,
            @Nullable UpdateError error,
            @Nullable Double trialP50Millis,
            @Nullable Double trialP95Millis,
            @Nullable Long activationMillis) {
        this(
                slot,
                state,
                since,
                generation,
                target,
                active,
                activeBlob,
                progress,
                error,
                trialP50Millis,
                trialP95Millis,
                activationMillis,
                null);
    }
}
