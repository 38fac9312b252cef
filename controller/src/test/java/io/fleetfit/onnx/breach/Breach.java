package io.fleetfit.onnx.breach;

import io.fleetfit.registry.Variant;

/** Breaks its package's rule on purpose: the graph code knows the registry. */
public final class Breach {
    /** What it must not know. */
    public Variant known(Variant forbidden) {
        return forbidden;
    }
}
