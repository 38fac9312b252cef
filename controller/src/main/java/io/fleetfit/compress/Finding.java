package io.fleetfit.compress;

/**
 * Something that a pass left as it was, or found worth telling; never an error.
 *
 * @param pass name of the pass
 * @param subject node, operator or value that it is about
 * @param text what was found and what it means, for people
 */
public record Finding(String pass, String subject, String text) {
    private static final String NOTHING_CHANGED = "found nothing to do";

    /** A pass that left the whole model as it was. */
    public static Finding ofNothing(String pass) {
        return new Finding(pass, "model", NOTHING_CHANGED);
    }

    /** Whether the pass left the whole model as it was. */
    public boolean tellsOfNothing() {
        return text.equals(NOTHING_CHANGED);
    }
}
