package io.fleetfit.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.fleetfit.onnx.GraphSummary.OperatorClass;
import io.fleetfit.protocol.TensorSpec;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Costs of a graph by counting: multiply-accumulates by kind of operator, and what is alive in memory while the nodes run
 * in order. The shapes of the values in between come from outside, usually from one run of the graph.
 */
public final class GraphCosts {
    private static final Set<String> FREE =
            Set.of("Constant", "Identity", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Shape", "Cast", "Dropout");

    private final ModelProto model;
    private final Map<String, Value> values;
    private final Map<String, TensorProto> initializers = new HashMap<>();
    private boolean estimated;

    /**
     * A value that a node makes.
     *
     * @param shape dimensions for batch 1
     * @param elementBytes bytes of one element
     */
    public record Value(List<Long> shape, int elementBytes) {
        public Value {
            shape = List.copyOf(shape);
        }

        long elements() {
            return shape.stream().reduce(1L, (a, b) -> a * b);
        }

        long bytes() {
            return elements() * elementBytes;
        }
    }

    private GraphCosts(ModelProto model, Map<String, Value> values) {
        this.model = model;
        this.values = values;
        model.getGraph().getInitializerList().forEach(tensor -> initializers.put(tensor.getName(), tensor));
    }

    /**
     * The summary of a model.
     *
     * @param values shapes of inputs and of what nodes make, by name; what is missing makes the summary an estimate
     * @param expandedWeights whether weights stored smaller are floats once loaded
     */
    public static GraphSummary of(ModelProto model, Map<String, Value> values, boolean expandedWeights) {
        return new GraphCosts(model, values).summary(expandedWeights);
    }

    private GraphSummary summary(boolean expandedWeights) {
        GraphProto graph = model.getGraph();
        long parameters = 0;
        long weightBytes = 0;
        long loadedBytes = 0;
        for (TensorProto tensor : graph.getInitializerList()) {
            long bytes = Tensors.bytes(tensor);
            parameters += Tensors.elements(tensor);
            weightBytes += bytes;
            loadedBytes += expandedWeights ? Math.max(bytes, Tensors.elements(tensor) * Float.BYTES) : bytes;
        }
        Map<OperatorClass, Long> macs = macs(graph);
        long traffic = graph.getNodeList().stream()
                .filter(node -> !FREE.contains(node.getOpType()))
                .flatMap(node -> node.getOutputList().stream())
                .mapToLong(this::bytes)
                .sum();
        long peak = peak(graph);
        int layers = (int) graph.getNodeList().stream()
                .filter(node -> !FREE.contains(node.getOpType()))
                .count();
        return new GraphSummary(
                opsets(),
                operators(),
                specs(graph.getInputList().stream()
                        .filter(input -> !initializers.containsKey(input.getName()))
                        .toList()),
                specs(graph.getOutputList()),
                parameters,
                weightBytes,
                loadedBytes,
                macs,
                peak,
                traffic,
                layers,
                estimated,
                new KernelCounter(graph, initializers.keySet(), FREE, this::elements).count());
    }

    private Map<String, Integer> opsets() {
        Map<String, Integer> opsets = new TreeMap<>();
        model.getOpsetImportList()
                .forEach(opset -> opsets.put(
                        opset.getDomain().equals("ai.onnx") ? "" : opset.getDomain(),
                        Math.toIntExact(opset.getVersion())));
        return opsets;
    }

    private Set<String> operators() {
        Set<String> operators = new TreeSet<>();
        OnnxFile.forEachNode(model.getGraph(), node -> {
            String domain = node.getDomain().equals("ai.onnx") ? "" : node.getDomain();
            operators.add(domain.isEmpty() ? node.getOpType() : domain + "." + node.getOpType());
        });
        return operators;
    }

    /** Typed inputs or outputs as the graph declares them; open dimensions are −1. */
    public static List<TensorSpec> specs(List<ValueInfoProto> infos) {
        return infos.stream()
                .map(info -> new TensorSpec(
                        info.getName(),
                        typeName(info.getType().getTensorType().getElemType()),
                        dimensions(info.getType().getTensorType().getShape())))
                .toList();
    }

    private static List<Long> dimensions(TensorShapeProto shape) {
        return shape.getDimList().stream()
                .map(dim -> dim.hasDimValue() && dim.getDimValue() > 0 ? dim.getDimValue() : -1L)
                .toList();
    }

    /** The Open Inference Protocol's name of an ONNX element type. */
    static String typeName(int type) {
        TensorProto.DataType known = TensorProto.DataType.forNumber(type);
        return known == null
                ? "UNKNOWN"
                : switch (known) {
                    case FLOAT -> "FP32";
                    case FLOAT16 -> "FP16";
                    case BFLOAT16 -> "BF16";
                    case DOUBLE -> "FP64";
                    case STRING -> "BYTES";
                    default -> known.name();
                };
    }

    private Map<OperatorClass, Long> macs(GraphProto graph) {
        Map<OperatorClass, Long> macs = new EnumMap<>(OperatorClass.class);
        for (NodeProto node : graph.getNodeList()) {
            switch (node.getOpType()) {
                case "Conv", "ConvTranspose", "ConvInteger", "QLinearConv" ->
                    convolution(node).ifPresent(cost -> macs.merge(cost.kind(), cost.macs(), Long::sum));
                case "Gemm", "MatMul", "MatMulInteger", "QLinearMatMul" ->
                    product(node).ifPresent(cost -> macs.merge(OperatorClass.GEMM, cost, Long::sum));
                case "LSTM", "GRU", "RNN" ->
                    recurrent(node).ifPresent(cost -> macs.merge(OperatorClass.RECURRENT, cost, Long::sum));
                case "If", "Loop", "Scan" -> estimated = true;
                default -> {
                    // Everything else moves data; activationBytes stands for it.
                }
            }
        }
        return macs;
    }

    private record Convolution(OperatorClass kind, long macs) {}

    /** Each output element of a convolution takes (input channels / groups) × kernel multiply-accumulates. */
    private Optional<Convolution> convolution(NodeProto node) {
        int weightInput = node.getOpType().equals("QLinearConv") ? 3 : 1;
        Optional<List<Long>> weight = shape(node, weightInput);
        boolean transposed = node.getOpType().equals("ConvTranspose");
        // A transposed convolution spends its kernel on each input element instead.
        Optional<Value> driven = transposed ? input(node, 0) : output(node);
        if (weight.isEmpty() || weight.get().size() < 3 || driven.isEmpty()) {
            estimated = true;
            return Optional.empty();
        }
        List<Long> w = weight.get();
        long kernel = w.stream().skip(2).reduce(1L, (a, b) -> a * b);
        long groups = GraphEditor.intAttribute(node, "group", 1);
        OperatorClass kind = groups == 1
                ? (kernel == 1 ? OperatorClass.CONV_POINTWISE : OperatorClass.CONV_SPATIAL)
                : (w.get(1) == 1 ? OperatorClass.CONV_DEPTHWISE : OperatorClass.CONV_GROUPED);
        return Optional.of(new Convolution(kind, driven.get().elements() * w.get(1) * kernel));
    }

    /** Each output element of a product takes as many multiply-accumulates as the shared dimension has. */
    private Optional<Long> product(NodeProto node) {
        Optional<List<Long>> left = shape(node, 0);
        Optional<Value> out = output(node);
        if (left.isEmpty() || left.get().isEmpty() || out.isEmpty()) {
            estimated = true;
            return Optional.empty();
        }
        List<Long> a = left.get();
        boolean transposed = GraphEditor.intAttribute(node, "transA", 0) == 1;
        return Optional.of(out.get().elements() * a.get(transposed ? 0 : a.size() - 1));
    }

    /** Each time step multiplies the input by W and the state by R. */
    private Optional<Long> recurrent(NodeProto node) {
        Optional<List<Long>> x = shape(node, 0);
        Optional<List<Long>> w = shape(node, 1);
        Optional<List<Long>> r = shape(node, 2);
        if (x.isEmpty() || w.isEmpty() || r.isEmpty() || x.get().size() < 2) {
            estimated = true;
            return Optional.empty();
        }
        long weights = product(w.get()) + product(r.get());
        return Optional.of(x.get().get(0) * x.get().get(1) * weights);
    }

    private static long product(List<Long> dims) {
        return dims.stream().reduce(1L, (a, b) -> a * b);
    }

    /** Bytes alive at the worst moment when nodes run in order and a value dies after its last use. */
    private long peak(GraphProto graph) {
        Map<String, Integer> lastUse = new LinkedHashMap<>();
        List<NodeProto> nodes = graph.getNodeList();
        for (int i = 0; i < nodes.size(); i++) {
            for (String input : nodes.get(i).getInputList()) {
                lastUse.put(input, i);
            }
        }
        graph.getOutputList().forEach(output -> lastUse.put(output.getName(), nodes.size()));
        long alive = 0;
        Set<String> living = new HashSet<>();
        for (ValueInfoProto input : graph.getInputList()) {
            if (!initializers.containsKey(input.getName()) && living.add(input.getName())) {
                alive += bytes(input.getName());
            }
        }
        long peak = alive;
        for (int i = 0; i < nodes.size(); i++) {
            for (String output : nodes.get(i).getOutputList()) {
                if (living.add(output)) {
                    alive += bytes(output);
                }
            }
            peak = Math.max(peak, alive);
            List<String> ended = new ArrayList<>(nodes.get(i).getInputList());
            ended.addAll(nodes.get(i).getOutputList());
            for (String value : ended) {
                if (lastUse.getOrDefault(value, -1) <= i && living.remove(value)) {
                    alive -= bytes(value);
                }
            }
        }
        return peak;
    }

    private long bytes(String name) {
        if (name.isEmpty() || initializers.containsKey(name)) {
            return 0;
        }
        Value value = values.get(name);
        if (value == null) {
            estimated = true;
            return 0;
        }
        return value.bytes();
    }

    private long elements(String name) {
        Value value = values.get(name);
        return value == null ? 0 : value.elements();
    }

    private Optional<List<Long>> shape(NodeProto node, int input) {
        if (node.getInputCount() <= input) {
            return Optional.empty();
        }
        TensorProto weight = initializers.get(node.getInput(input));
        return weight != null
                ? Optional.of(weight.getDimsList())
                : input(node, input).map(Value::shape);
    }

    private Optional<Value> input(NodeProto node, int input) {
        return Optional.ofNullable(values.get(node.getInput(input)));
    }

    private Optional<Value> output(NodeProto node) {
        return Optional.ofNullable(values.get(node.getOutput(0)));
    }
}
