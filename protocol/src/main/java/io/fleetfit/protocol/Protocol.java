package io.fleetfit.protocol;

/** Constants of the protocol. */
public final class Protocol {
    /** Version that this code writes. A reader accepts every version of the same major number. */
    public static final String VERSION = "1.0";

    /** Content type of JSON messages. */
    public static final String JSON = "application/json";

    /** Content type of chunk messages. */
    public static final String BYTES = "application/octet-stream";

    private Protocol() {}
}
