package io.fleetfit.agent.probe;

import io.fleetfit.protocol.ProbeReport.RuntimeFingerprint;
import io.fleetfit.protocol.ProbeState;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the probe must know after a restart. It is on disk before a run begins and after it ended, so that a run that was
 * killed counts as an attempt.
 *
 * @param last id of the newest run that came to its end; absent before the first
 * @param at when that one began
 * @param runtime what it held for; absent with {@code last}
 * @param requested highest number that was asked for; 0 before the first
 * @param answered highest number that was run or given up
 * @param attempts runs in a row that were begun and did not end
 */
public record ProbeRecord(
        @Nullable String last,
        @Nullable Instant at,
        @Nullable RuntimeFingerprint runtime,
        long requested,
        long answered,
        int attempts) {

    static ProbeRecord empty() {
        return new ProbeRecord(null, null, null, 0, 0, 0);
    }

    /** Another request begins with fresh attempts. */
    ProbeRecord request(long number) {
        return number <= requested ? this : new ProbeRecord(last, at, runtime, number, answered, 0);
    }

    ProbeRecord begin() {
        return new ProbeRecord(last, at, runtime, requested, answered, attempts + 1);
    }

    ProbeRecord done(String id, Instant when, RuntimeFingerprint now, long answeredNow) {
        return new ProbeRecord(id, when, now, requested, Math.max(answered, answeredNow), 0);
    }

    ProbeRecord givenUp() {
        return new ProbeRecord(last, at, runtime, requested, requested, attempts);
    }

    /** What the controller is told. */
    ProbeState state() {
        return new ProbeState(last, at, answered, attempts);
    }
}
