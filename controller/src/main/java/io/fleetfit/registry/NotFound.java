package io.fleetfit.registry;

/** The thing asked for does not exist. */
public final class NotFound extends Refused {
    private static final long serialVersionUID = 1L;

    /** {@code kind} is the sort of thing ({@code model}, {@code device}, …), {@code name} what was asked for. */
    public NotFound(String kind, String name, String remedy) {
        super("there is no " + kind + " '" + name + "'", kind, name, remedy);
    }
}
