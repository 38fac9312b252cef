package io.fleetfit.protocol.breach;

import com.networknt.schema.JsonSchema;

/** Breaks the module's rule on purpose: it uses a library that a device does not carry. */
public final class Breach {
    /** What it must not know. */
    public JsonSchema known(JsonSchema forbidden) {
        return forbidden;
    }
}
