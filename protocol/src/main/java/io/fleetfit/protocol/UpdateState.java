package io.fleetfit.protocol;

import java.util.EnumSet;
import java.util.Set;

/**
 * A step of the update of one slot on a device.
 *
 * <pre>
 * IDLE → DOWNLOADING → VERIFYING → STAGED → QUALIFYING → ACTIVE → COMMITTED
 *            │             │          │          │          │
 *            └─────────────┴──────────┴──────────┴──────────┴→ ROLLING_BACK → ROLLED_BACK | FAILED
 * </pre>
 *
 * <p>{@code ACTIVE} is probation: the new variant serves and may still be taken back. From every resting state
 * ({@code IDLE, COMMITTED, ROLLED_BACK, FAILED}) a new assignment starts at {@code DOWNLOADING}. A new assignment, or
 * an abort, that arrives in the middle of an update goes through {@code ROLLING_BACK} first.
 */
public enum UpdateState {
    IDLE,
    DOWNLOADING,
    VERIFYING,
    STAGED,
    QUALIFYING,
    ACTIVE,
    COMMITTED,
    ROLLING_BACK,
    ROLLED_BACK,
    FAILED;

    /** The states that may follow this one. */
    public Set<UpdateState> exits() {
        return switch (this) {
            case IDLE, COMMITTED, ROLLED_BACK, FAILED -> EnumSet.of(DOWNLOADING);
            case DOWNLOADING -> EnumSet.of(VERIFYING, ROLLING_BACK);
            case VERIFYING -> EnumSet.of(STAGED, ROLLING_BACK);
            case STAGED -> EnumSet.of(QUALIFYING, ROLLING_BACK);
            case QUALIFYING -> EnumSet.of(ACTIVE, ROLLING_BACK);
            case ACTIVE -> EnumSet.of(COMMITTED, ROLLING_BACK);
            case ROLLING_BACK -> EnumSet.of(ROLLED_BACK, FAILED);
        };
    }

    /** {@code next}, if it may follow; throws {@link IllegalStateException} that names both states otherwise. */
    public UpdateState to(UpdateState next) {
        if (!exits().contains(next)) {
            throw new IllegalStateException("no way from " + this + " to " + next + "; possible: " + exits());
        }
        return next;
    }

    /** Whether nothing is under way. */
    public boolean isResting() {
        return switch (this) {
            case IDLE, COMMITTED, ROLLED_BACK, FAILED -> true;
            case DOWNLOADING, VERIFYING, STAGED, QUALIFYING, ACTIVE, ROLLING_BACK -> false;
        };
    }
}
