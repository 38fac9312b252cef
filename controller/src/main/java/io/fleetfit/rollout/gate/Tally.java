package io.fleetfit.rollout.gate;

/**
 * Devices counted by one gate.
 *
 * @param samples devices that count, undecided ones included
 * @param decided those of them that are decided
 * @param bad decided devices that are bad
 */
public record Tally(long samples, long decided, long bad) {
    /** Nobody counted. */
    public static final Tally NONE = new Tally(0, 0, 0);

    /** The tally after more was seen; any number may be negative when a device is counted differently. */
    public Tally plus(long moreSamples, long moreDecided, long moreBad) {
        return new Tally(samples + moreSamples, decided + moreDecided, bad + moreBad);
    }

    /** Both together. */
    public Tally plus(Tally other) {
        return plus(other.samples, other.decided, other.bad);
    }
}
