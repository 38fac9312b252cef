package io.fleetfit.rollout;

/** What an abort does with devices that have the new variant already. */
public enum AbortMode {
    /** They keep it. */
    KEEP,
    /** They go back to what they ran before. */
    REVERT
}
