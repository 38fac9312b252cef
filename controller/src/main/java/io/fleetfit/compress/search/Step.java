package io.fleetfit.compress.search;

import io.fleetfit.compress.Recipe;

/**
 * One piece of work of a search; the same key always means the same work.
 *
 * @param kind what is to be done
 * @param recipe the candidate's
 * @param samples how many validation samples to look at; 0 where none are
 */
public record Step(Kind kind, Recipe recipe, int samples) {
    /** Kinds of work. */
    public enum Kind {
        /** Make the candidate. */
        MAKE,
        /** A first look at its quality on few samples. */
        SCREEN,
        /** Its quality on all samples. */
        JUDGE,
        /** Its latency beside the parent's; nothing else may run meanwhile. */
        MEASURE
    }

    /** Names the work. */
    public String key() {
        return kind + ":" + recipe.name() + ":" + recipe.digest().hex() + ":" + samples;
    }
}
