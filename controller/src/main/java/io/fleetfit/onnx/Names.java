package io.fleetfit.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Every name of a value that a model has or had, inner graphs included: an inner graph sees the outer values. */
final class Names {
    private final Set<String> taken = new HashSet<>();
    private final Map<String, Integer> next = new HashMap<>();

    void take(String name) {
        taken.add(name);
    }

    void take(NodeProto node) {
        taken.addAll(node.getOutputList());
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attribute.hasG()) {
                take(attribute.getG());
            }
            attribute.getGraphsList().forEach(this::take);
        }
    }

    void take(GraphProto graph) {
        graph.getNodeList().forEach(this::take);
        graph.getInputList().forEach(input -> take(input.getName()));
        graph.getOutputList().forEach(output -> take(output.getName()));
        graph.getInitializerList().forEach(tensor -> take(tensor.getName()));
        graph.getSparseInitializerList()
                .forEach(tensor -> take(tensor.getValues().getName()));
        graph.getValueInfoList().forEach(value -> take(value.getName()));
    }

    /** {@code wish}, or it with the first free number from 2 on; taken from now on. */
    String fresh(String wish) {
        if (taken.add(wish)) {
            return wish;
        }
        int number = next.getOrDefault(wish, 2);
        while (!taken.add(wish + "_" + number)) {
            number++;
        }
        next.put(wish, number + 1);
        return wish + "_" + number;
    }
}
