package io.fleetfit.compress;

import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.ModelRefused;

/** One change of a graph. The same graph in the same context gives the same result, to the byte. */
public interface CompressionPass {
    /** Stable name, as it stands in recipes and in the lineage of variants. */
    String name();

    /**
     * Changes the graph. What the pass does not know it leaves as it is and names it in a {@link Finding}.
     *
     * @throws ModelRefused if the pass cannot be right on this graph, or needs data that is not there
     */
    void apply(GraphEditor graph, PassContext context) throws ModelRefused;
}
