package io.fleetfit.compress.opset;

import ai.onnx.proto.OnnxMl.NodeProto;
import io.fleetfit.onnx.ModelRefused;
import java.util.List;

/** One operator's way over one version in which its meaning or form changed. */
@FunctionalInterface
interface Step {
    /**
     * Nodes of the new version that do what the node did in the version before.
     *
     * @throws ModelRefused if that cannot be said in the new version, or not without knowing more
     */
    List<NodeProto> over(NodeProto node, Scope scope) throws ModelRefused;
}
