package io.fleetfit.agent.isolate.breach;

import com.fasterxml.jackson.databind.ObjectMapper;

/** Breaks the rule that children speak no JSON. */
final class Breach {
    private Breach() {}

    static Object speaks() {
        return new ObjectMapper();
    }
}
