package io.fleetfit.protocol.picture;

/** A file that cannot be taken as a picture; the message is for whoever sent it. */
public final class PictureException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean tooLarge;

    private PictureException(String message, boolean tooLarge) {
        super(message);
        this.tooLarge = tooLarge;
    }

    static PictureException unreadable(String message) {
        return new PictureException(message, false);
    }

    static PictureException tooLarge(String message) {
        return new PictureException(message, true);
    }

    /** Whether it is a picture, with more pixels than are taken. */
    public boolean isTooLarge() {
        return tooLarge;
    }
}
