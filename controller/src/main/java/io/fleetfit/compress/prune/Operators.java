package io.fleetfit.compress.prune;

import ai.onnx.proto.OnnxMl.NodeProto;
import io.fleetfit.compress.linear.LinearLayer;
import io.fleetfit.onnx.GraphEditor;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/** How channels flow through operators (ONNX, Operators.md): what lies where in the output, and what must follow a cut. */
final class Operators {
    /** Each element of the output depends on the same element of the first input alone. */
    private static final Set<String> ELEMENT_WISE = Set.of(
            "Abs",
            "Cast",
            "Ceil",
            "Celu",
            "Clip",
            "Cos",
            "Elu",
            "Erf",
            "Exp",
            "Floor",
            "Gelu",
            "HardSigmoid",
            "HardSwish",
            "Identity",
            "LeakyRelu",
            "Log",
            "Mish",
            "Neg",
            "Reciprocal",
            "Relu",
            "Round",
            "Selu",
            "Sigmoid",
            "Sign",
            "Sin",
            "Softplus",
            "Softsign",
            "Sqrt",
            "Tanh",
            "ThresholdedRelu");

    private static final Set<String> BROADCAST =
            Set.of("Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Sum", "Mean", "PRelu");

    private final Analysis analysis;
    private final Joins joins;
    private final Shapes shapes;

    Operators(Analysis analysis) {
        this.analysis = analysis;
        joins = new Joins(analysis);
        shapes = new Shapes(analysis);
    }

    void pass(int index, NodeProto node) {
        if (!node.getDomain().isEmpty() && !node.getDomain().equals("ai.onnx")) {
            analysis.keep(index, "an operator of the domain " + node.getDomain());
            return;
        }
        String type = node.getOpType();
        if (ELEMENT_WISE.contains(type)) {
            same(node);
        } else if (BROADCAST.contains(type)) {
            joins.broadcast(index, node);
        } else {
            others(index, node);
        }
    }

    private void others(int index, NodeProto node) {
        switch (node.getOpType()) {
            case "Conv" -> convolution(index, node);
            case "Gemm", "MatMul" -> product(index, node);
            case "BatchNormalization" -> perChannel(index, node, 5);
            case "InstanceNormalization" -> perChannel(index, node, 3);
            case "Dropout" -> same(node);
            case "GlobalAveragePool", "GlobalMaxPool", "AveragePool", "MaxPool", "LpPool", "GlobalLpPool" ->
                pool(index, node);
            case "Concat" -> joins.concat(index, node);
            case "Split" -> joins.split(index, node);
            case "Flatten", "Reshape", "Squeeze", "Unsqueeze" -> shapes.reshape(index, node);
            case "Transpose" -> shapes.transpose(index, node);
            case "ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceL1", "ReduceL2", "ReduceSumSquare" ->
                shapes.reduce(index, node);
            case "Resize", "Upsample" -> shapes.resize(index, node);
            case "Pad" -> shapes.pad(index, node);
            case "Slice" -> shapes.slice(index, node);
            case "Softmax", "LogSoftmax", "ArgMax", "ArgMin", "TopK" -> analysis.keep(index, "");
            default -> analysis.keep(index, "how channels flow through it is not known");
        }
    }

    private void same(NodeProto node) {
        analysis.layout(node.getInput(0))
                .ifPresent(layout -> node.getOutputList().forEach(output -> analysis.layout(output, layout)));
    }

    private void convolution(int index, NodeProto node) {
        Optional<LinearLayer> layer = LinearLayer.of(node, analysis.graph());
        Optional<Layout> in = analysis.layout(node.getInput(0));
        if (layer.isEmpty()) {
            analysis.keep(index, "its weights are computed, or its kernel has other than one or two dimensions");
        } else if (layer.get().groups() == 1) {
            analysis.layers().put(index, layer.get());
            in.ifPresent(layout -> analysis.cuts().add(new Cut.Weight(index, 1, 1, layout)));
            produce(index, layer.get(), 1, 0);
        } else if (layer.get().groups() == layer.get().inputs()) {
            analysis.layers().put(index, layer.get());
            in.ifPresent(layout -> depthwise(index, layer.get(), layout));
        } else {
            analysis.layers().put(index, layer.get());
            analysis.keep(index, "a convolution in " + layer.get().groups() + " groups of several channels");
        }
    }

    /** The channels that come in go out again, each {@code outputs/inputs} times. */
    private void depthwise(int index, LinearLayer layer, Layout in) {
        int times = layer.outputs() / layer.inputs();
        int[] atoms = new int[layer.outputs()];
        Arrays.setAll(atoms, i -> in.atoms()[i / times]);
        Layout out = new Layout(1, atoms);
        analysis.layout(layer.output(), out);
        analysis.cuts().add(new Cut.Weight(index, 1, 0, out));
        if (layer.bias() != null) {
            analysis.cuts().add(new Cut.Weight(index, 2, 0, out));
        }
        analysis.cuts().add(new Cut.Groups(index, in));
    }

    private void product(int index, NodeProto node) {
        Optional<LinearLayer> layer = LinearLayer.of(node, analysis.graph());
        if (layer.isEmpty()) {
            analysis.keep(index, "a product that is not input × constant weights");
            return;
        }
        int last =
                analysis.shape(layer.get().output()).map(shape -> shape.length).orElse(2) - 1;
        Optional<Layout> in = analysis.layout(node.getInput(0));
        if (in.isPresent() && in.get().axis() != last) {
            analysis.keep(index, "the channels lie on another axis than the product sums over");
            return;
        }
        boolean transposed = layer.get().kind() == LinearLayer.Kind.GEMM_TRANSPOSED;
        analysis.layers().put(index, layer.get());
        in.ifPresent(layout -> analysis.cuts().add(new Cut.Weight(index, 1, transposed ? 1 : 0, layout)));
        produce(index, layer.get(), last, transposed ? 0 : 1);
    }

    private void produce(int index, LinearLayer layer, int axis, int weightAxis) {
        Layout out = new Layout(axis, analysis.channels().fresh(layer.outputs(), index));
        analysis.layout(layer.output(), out);
        analysis.cuts().add(new Cut.Weight(index, 1, weightAxis, out));
        if (layer.bias() != null) {
            int rank = analysis.shape(layer.bias()).map(shape -> shape.length).orElse(1);
            analysis.cuts().add(new Cut.Weight(index, 2, rank - 1, out));
        }
    }

    /** One parameter a channel in the inputs from 1 on. */
    private void perChannel(int index, NodeProto node, int inputs) {
        Optional<Layout> in = analysis.layout(node.getInput(0));
        if (in.isEmpty()) {
            return;
        }
        boolean plain = in.get().axis() == 1 && node.getInputCount() == inputs && node.getOutputCount() == 1;
        for (int i = 1; i < inputs && plain; i++) {
            plain = analysis.graph()
                    .initializer(node.getInput(i))
                    .filter(tensor -> tensor.getDimsCount() == 1
                            && tensor.getDims(0) == in.get().size())
                    .isPresent();
        }
        if (!plain) {
            analysis.keep(index, "its parameters are computed, or not one a channel");
            return;
        }
        for (int i = 1; i < inputs; i++) {
            analysis.cuts().add(new Cut.Weight(index, i, 0, in.get()));
        }
        analysis.layout(node.getOutput(0), in.get());
    }

    private void pool(int index, NodeProto node) {
        Optional<Layout> in = analysis.layout(node.getInput(0));
        if (in.isEmpty()) {
            return;
        }
        // The indices of MaxPool count elements of all channels.
        if (in.get().axis() != 1
                || node.getOutputCount() > 1
                || GraphEditor.intAttribute(node, "storage_order", 0) != 0) {
            analysis.keep(index, "it pools across channels, or gives indices");
            return;
        }
        analysis.layout(node.getOutput(0), in.get());
    }
}
