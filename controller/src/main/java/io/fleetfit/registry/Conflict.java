package io.fleetfit.registry;

/** The request is right in itself, and the state of things forbids it: a name that is taken, a thing in use. */
public non-sealed class Conflict extends Refused {
    private static final long serialVersionUID = 1L;

    /** Message for people, then field, value and remedy. */
    public Conflict(String message, String field, String value, String remedy) {
        super(message, field, value, remedy);
    }
}
