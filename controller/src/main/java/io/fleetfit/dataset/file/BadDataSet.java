package io.fleetfit.dataset.file;

/** Data that cannot become, or is not, a data set; the message names file, line and remedy. */
public final class BadDataSet extends Exception {
    private static final long serialVersionUID = 1L;

    /** {@code message} says what is wrong and what to do. */
    public BadDataSet(String message) {
        super(message);
    }

    /** The same with its cause. */
    public BadDataSet(String message, Throwable cause) {
        super(message, cause);
    }
}
