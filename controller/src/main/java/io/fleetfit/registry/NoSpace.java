package io.fleetfit.registry;

/** The bytes asked for do not fit the disk or the quota; nothing was written. */
public final class NoSpace extends Refused {
    private static final long serialVersionUID = 1L;

    private final long needed;
    private final long available;

    /** {@code limit} names what is full ({@code disk}, {@code quota}); both numbers are bytes. */
    public NoSpace(String limit, long needed, long available, String remedy) {
        super(
                "the " + limit + " has no room: " + needed + " bytes needed, " + available + " available",
                limit,
                Long.toString(needed),
                remedy);
        this.needed = needed;
        this.available = available;
    }

    /** Bytes that the request needs. */
    public long needed() {
        return needed;
    }

    /** Bytes that there are. */
    public long available() {
        return available;
    }
}
