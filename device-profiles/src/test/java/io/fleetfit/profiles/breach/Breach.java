package io.fleetfit.profiles.breach;

import org.slf4j.Logger;

/** Breaks the module's rule on purpose: it uses a library beside the parsers. */
public final class Breach {
    /** What it must not know. */
    public Logger known(Logger forbidden) {
        return forbidden;
    }
}
