package io.fleetfit.compress.linear;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.Set;
import java.util.TreeSet;

/** Graphs inside nodes (If, Loop, Scan), which may use every value from outside. */
public final class InnerGraphs {
    private InnerGraphs() {}

    /** Names that a node uses, those that its inner graphs may use from outside among them. */
    public static Set<String> used(NodeProto node) {
        Set<String> names = new TreeSet<>(node.getInputList());
        names.addAll(captured(node));
        names.remove("");
        return names;
    }

    /** Names that the inner graphs of a node mention: what they use from outside is among them. */
    public static Set<String> captured(NodeProto node) {
        Set<String> names = new TreeSet<>();
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attribute.hasG()) {
                mention(attribute.getG(), names);
            }
            attribute.getGraphsList().forEach(graph -> mention(graph, names));
        }
        return names;
    }

    private static void mention(GraphProto graph, Set<String> names) {
        graph.getNodeList().forEach(node -> names.addAll(used(node)));
        graph.getOutputList().forEach(output -> names.add(output.getName()));
    }
}
