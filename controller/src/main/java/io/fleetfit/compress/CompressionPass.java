package io.fleetfit.compress;

import io.fleetfit.onnx.GraphEditor;

/** One change of a graph. The same graph gives the same result. */
public interface CompressionPass {
    /** Stable name, as it stands in the lineage of variants. */
    String name();

    /** Changes the graph. */
    void apply(GraphEditor graph);
}
