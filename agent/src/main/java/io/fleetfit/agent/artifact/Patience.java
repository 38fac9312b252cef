package io.fleetfit.agent.artifact;

import java.time.Duration;

/** How long to wait for an answer before asking again; doubles with every silence. Not thread-safe. */
final class Patience {
    private final long first;
    private final long most;
    private long current;
    private long since;
    private int silences;

    Patience(Duration first, Duration most) {
        this.first = first.toNanos();
        this.most = most.toNanos();
        this.current = this.first;
    }

    /** An answer came. */
    void reset(long nowNanos) {
        current = first;
        silences = 0;
        since = nowNanos;
    }

    /** Something was asked for: waiting begins anew. */
    void asked(long nowNanos) {
        since = nowNanos;
    }

    /** Nothing came in time. */
    void silence(long nowNanos) {
        silences++;
        current = Math.min(most, current * 2);
        since = nowNanos;
    }

    boolean isOver(long nowNanos) {
        return nanosLeft(nowNanos) <= 0;
    }

    long nanosLeft(long nowNanos) {
        return current - (nowNanos - since);
    }

    /** Unanswered requests in a row. */
    int silences() {
        return silences;
    }
}
