package io.fleetfit.rollout.gate;

/** What a gate says. */
public enum GateVerdict {
    /** Enough was seen, and it is good. */
    PASS,
    /** More is wrong than chance explains. */
    FAIL,
    /** The time is over and too little was seen to say either. */
    INCONCLUSIVE,
    /** The time is not over. */
    RUNNING
}
