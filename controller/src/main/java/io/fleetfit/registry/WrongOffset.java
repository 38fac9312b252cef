package io.fleetfit.registry;

/** Bytes for an upload that do not begin where the upload ends. */
public final class WrongOffset extends Conflict {
    private static final long serialVersionUID = 1L;

    private final long expected;

    WrongOffset(long got, long expected) {
        super(
                "bytes from offset " + got + " do not continue the upload, which has " + expected + " bytes",
                "offset",
                Long.toString(got),
                "send the bytes from offset " + expected);
        this.expected = expected;
    }

    /** Where the upload goes on. */
    public long expected() {
        return expected;
    }
}
