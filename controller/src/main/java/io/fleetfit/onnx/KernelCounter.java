package io.fleetfit.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * Counts the kernels of a graph after the fusions that ONNX Runtime's CPU provider does (its graph transformations of level
 * "extended": Conv, Gemm and MatMul with activation or addition; quantised operators between DequantizeLinear and
 * QuantizeLinear). A node is fused into the kernel that makes its input when it alone uses that value.
 */
final class KernelCounter {
    private static final Set<String> PRODUCTS = Set.of(
            "Conv",
            "ConvTranspose",
            "ConvInteger",
            "QLinearConv",
            "Gemm",
            "MatMul",
            "MatMulInteger",
            "QLinearMatMul",
            "LSTM",
            "GRU",
            "RNN");
    private static final Set<String> ACTIVATIONS =
            Set.of("Relu", "Clip", "LeakyRelu", "Sigmoid", "Tanh", "HardSigmoid", "HardSwish", "BatchNormalization");
    private static final String SUM = "Add";
    private static final String DEQUANTIZE = "DequantizeLinear";
    private static final String QUANTIZE = "QuantizeLinear";

    private final GraphProto graph;
    private final Set<String> constants;
    private final Set<String> free;
    private final ToLongFunction<String> elements;
    private final Map<String, Integer> uses = new HashMap<>();
    private final List<Kernel> kernels = new ArrayList<>();
    /** The kernel that makes a value. */
    private final Map<String, Kernel> makers = new HashMap<>();
    /** What a value is a view of, or the same in another precision. */
    private final Map<String, String> same = new HashMap<>();

    /** A kernel that grows while nodes are fused into it. */
    private static final class Kernel {
        private final boolean product;
        private final Set<String> reads = new HashSet<>();
        private final Set<String> writes = new HashSet<>();

        Kernel(boolean product) {
            this.product = product;
        }
    }

    /**
     * A counter.
     *
     * @param constants names of values that are weights
     * @param free operators that take no time
     * @param elements elements of a value; 0 if nobody knows
     */
    KernelCounter(GraphProto graph, Set<String> constants, Set<String> free, ToLongFunction<String> elements) {
        this.graph = graph;
        this.constants = new HashSet<>(constants);
        this.free = free;
        this.elements = elements;
        graph.getNodeList().forEach(node -> node.getInputList().forEach(it -> uses.merge(it, 1, Integer::sum)));
        graph.getOutputList().forEach(it -> uses.merge(it.getName(), 1, Integer::sum));
    }

    KernelCounts count() {
        graph.getNodeList().forEach(this::add);
        int products = 0;
        long traffic = 0;
        long elementwise = 0;
        for (Kernel kernel : kernels) {
            products += kernel.product ? 1 : 0;
            traffic += sum(kernel.reads) + sum(kernel.writes);
            elementwise += kernel.product ? 0 : sum(kernel.writes);
        }
        return new KernelCounts(products, kernels.size() - products, traffic, elementwise);
    }

    private long sum(Set<String> values) {
        return values.stream().mapToLong(elements).sum();
    }

    private void add(NodeProto node) {
        String operator = node.getOpType();
        List<String> inputs = node.getInputList().stream()
                .filter(it -> !it.isEmpty() && !constants.contains(it))
                .map(it -> same.getOrDefault(it, it))
                .toList();
        if (inputs.isEmpty() && node.getInputCount() > 0 || operator.equals("Constant")) {
            constants.addAll(node.getOutputList());
        } else if (free.contains(operator) || operator.equals(DEQUANTIZE)) {
            node.getOutputList().forEach(it -> same.put(it, inputs.isEmpty() ? it : inputs.get(0)));
        } else if (!fused(node, operator, inputs)) {
            Kernel kernel = new Kernel(PRODUCTS.contains(operator));
            kernel.reads.addAll(inputs);
            writes(kernel, node);
            kernels.add(kernel);
        }
    }

    private boolean fused(NodeProto node, String operator, List<String> inputs) {
        boolean sum = operator.equals(SUM);
        if (!sum && !ACTIVATIONS.contains(operator) && !operator.equals(QUANTIZE)) {
            return false;
        }
        for (String input : inputs) {
            Kernel maker = makers.get(input);
            boolean into = maker != null && (maker.product || operator.equals(QUANTIZE));
            if (into && uses.getOrDefault(input, 0) == 1 && maker.writes.equals(Set.of(input))) {
                maker.writes.clear();
                inputs.stream().filter(it -> !it.equals(input)).forEach(maker.reads::add);
                writes(maker, node);
                return true;
            }
        }
        return false;
    }

    private void writes(Kernel kernel, NodeProto node) {
        for (String output : node.getOutputList()) {
            if (!output.isEmpty()) {
                kernel.writes.add(output);
                makers.put(output, kernel);
            }
        }
    }
}
