package io.fleetfit.compress.passes;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.fleetfit.compress.CompressionPass;
import io.fleetfit.compress.Finding;
import io.fleetfit.compress.PassContext;
import io.fleetfit.compress.PassSettings;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.onnx.Tensors;
import io.fleetfit.onnx.ValueType;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * Computes what depends on constants alone, and the shapes of values whose shape is known, and keeps the results. A result
 * may have no more bytes than what it is made from, or than the setting {@code most-bytes} (1 KiB if absent), so that a small
 * file cannot become a large one, and weights that are stored small stay so. Random operators, operators of other domains,
 * quantization and nodes with graphs inside stay.
 */
public final class FoldConstants implements CompressionPass {
    /** What cannot give more elements than it takes, whatever the shapes. */
    private static final Set<String> NEVER_GROWS = Set.of(
            "Abs",
            "Cast",
            "Ceil",
            "Concat",
            "Flatten",
            "Floor",
            "Identity",
            "Neg",
            "Not",
            "ReduceMax",
            "ReduceMin",
            "ReduceProd",
            "ReduceSum",
            "Reshape",
            "Shape",
            "Size",
            "Slice",
            "Sqrt",
            "Squeeze",
            "Transpose",
            "Unsqueeze");

    private static final Set<String> STAYS = Set.of(
            "Bernoulli",
            "Constant",
            "DequantizeLinear",
            "Dropout",
            "DynamicQuantizeLinear",
            "Multinomial",
            "QuantizeLinear",
            "RandomNormal",
            "RandomNormalLike",
            "RandomUniform",
            "RandomUniformLike");

    private final int mostBytes;

    /** Reads the settings. */
    public FoldConstants(PassSettings settings) {
        mostBytes = settings.integer("most-bytes", 1 << 10, 0, 1 << 28);
    }

    @Override
    public String name() {
        return "fold-constants";
    }

    @Override
    public void apply(GraphEditor graph, PassContext context) throws ModelRefused {
        Map<String, ValueType> types = context.runner().types(graph.build());
        Set<String> outputs = graph.outputs();
        Map<String, Long> bytes = new HashMap<>();
        graph.initializers().forEach(tensor -> bytes.put(tensor.getName(), Tensors.bytes(tensor)));
        graph.nodes().removeIf(node -> {
            Optional<TensorProto> shape = knownShape(node, types).filter(tensor -> !outputs.contains(tensor.getName()));
            shape.ifPresent(tensor -> {
                graph.put(tensor);
                bytes.put(tensor.getName(), Tensors.bytes(tensor));
            });
            return shape.isPresent();
        });
        Map<String, NodeProto> folded = new LinkedHashMap<>();
        for (NodeProto node : graph.nodes()) {
            if (isCandidate(node, bytes, outputs)) {
                long taken = taken(node, bytes);
                Optional<Long> size = size(graph, node, types, taken);
                if (size.isPresent() && size.get() <= Math.max(taken, mostBytes)) {
                    folded.put(node.getOutput(0), node);
                    bytes.put(node.getOutput(0), size.get());
                } else {
                    context.findings()
                            .accept(new Finding(
                                    name(),
                                    node.getOutput(0),
                                    "the constant result of " + node.getOpType()
                                            + " stays computed: kept, it would take more of the file"));
                }
            }
        }
        keep(graph, context, folded);
    }

    private static long taken(NodeProto node, Map<String, Long> bytes) {
        return node.getInputList().stream()
                .mapToLong(input -> bytes.getOrDefault(input, 0L))
                .sum();
    }

    private static boolean isCandidate(NodeProto node, Map<String, Long> constants, Set<String> outputs) {
        return GraphEditor.is(node, node.getOpType())
                && node.getInputCount() > 0
                && node.getOutputCount() == 1
                && !STAYS.contains(node.getOpType())
                && !outputs.contains(node.getOutput(0))
                && node.getAttributeList().stream()
                        .noneMatch(attribute -> attribute.hasG() || attribute.getGraphsCount() > 0)
                && node.getInputList().stream().allMatch(input -> input.isEmpty() || constants.containsKey(input));
    }

    /** Bytes of the result, if they are known, or an upper bound. */
    private static Optional<Long> size(GraphEditor graph, NodeProto node, Map<String, ValueType> types, long taken) {
        ValueType type = types.get(node.getOutput(0));
        if (type == null) {
            return Optional.empty();
        }
        List<Long> shape = type.shape();
        if (shape != null && shape.stream().allMatch(dim -> dim >= 0)) {
            TensorProto like = TensorProto.newBuilder()
                    .setDataType(type.elementType())
                    .addAllDims(shape)
                    .build();
            return Optional.of(Tensors.bytes(like));
        }
        boolean scalars = node.getInputList().stream()
                .allMatch(
                        input -> graph.initializer(input).map(Tensors::elements).orElse(2L) == 1);
        boolean picksOne = node.getOpType().equals("Gather")
                && graph.initializer(node.getInput(1)).map(Tensors::elements).orElse(2L) == 1;
        // An element has at most 8 bytes where it had 1.
        return NEVER_GROWS.contains(node.getOpType()) || scalars || picksOne
                ? Optional.of(node.getOpType().equals("Cast") ? taken * Long.BYTES : taken)
                : Optional.empty();
    }

    private static Optional<TensorProto> knownShape(NodeProto node, Map<String, ValueType> types) {
        if (!GraphEditor.is(node, "Shape")) {
            return Optional.empty();
        }
        ValueType type = types.get(node.getInput(0));
        List<Long> shape = type == null ? null : type.shape();
        if (shape == null || shape.stream().anyMatch(dim -> dim < 0)) {
            return Optional.empty();
        }
        int rank = shape.size();
        int start = place(GraphEditor.intAttribute(node, "start", 0), rank);
        int end = Math.max(start, place(GraphEditor.intAttribute(node, "end", rank), rank));
        long[] dims =
                shape.subList(start, end).stream().flatMapToLong(LongStream::of).toArray();
        return Optional.of(Tensors.ofLongs(node.getOutput(0), List.of((long) dims.length), dims));
    }

    private static int place(long index, int rank) {
        return (int) Math.max(0, Math.min(rank, index < 0 ? index + rank : index));
    }

    private void keep(GraphEditor graph, PassContext context, Map<String, NodeProto> folded) throws ModelRefused {
        if (folded.isEmpty()) {
            return;
        }
        List<TensorProto> results = context.runner().evaluate(alone(graph, folded));
        results.stream().filter(tensor -> folded.containsKey(tensor.getName())).forEach(graph::put);
        Set<String> kept = Set.copyOf(results.stream().map(TensorProto::getName).toList());
        graph.nodes()
                .removeIf(node -> node.getOutputCount() == 1
                        && folded.containsKey(node.getOutput(0))
                        && kept.contains(node.getOutput(0)));
    }

    /** The nodes that are folded, with their constants, as a model of its own. */
    private static ModelProto alone(GraphEditor graph, Map<String, NodeProto> folded) {
        GraphProto.Builder part = GraphProto.newBuilder().setName("constants").addAllNode(folded.values());
        Set<String> needed = new LinkedHashSet<>();
        folded.values().forEach(node -> needed.addAll(node.getInputList()));
        needed.stream().flatMap(name -> graph.initializer(name).stream()).forEach(part::addInitializer);
        folded.keySet()
                .forEach(name ->
                        part.addOutput(ValueInfoProto.newBuilder().setName(name).build()));
        ModelProto whole = graph.build();
        return whole.toBuilder().clearMetadataProps().setGraph(part).build();
    }
}
