package io.fleetfit.agent.update.breach;

import ai.onnxruntime.OrtSession;
import org.jspecify.annotations.Nullable;

/** Breaks two rules on purpose: the update machine needs a model, and it and the local API know each other. */
public final class Breach {
    /** What it must not know. */
    public OrtSession known(OrtSession forbidden) {
        return forbidden;
    }

    /** The other end of a cycle. */
    public io.fleetfit.agent.serve.breach.@Nullable Breach other() {
        return null;
    }
}
