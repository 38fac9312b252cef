package io.fleetfit.compress.quantize;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.Tensors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Writes a plan into a graph: each value that integers stand for goes through a QuantizeLinear and a DequantizeLinear,
 * weights and biases are stored as integers before a DequantizeLinear, and ONNX Runtime joins these with the nodes in
 * between to integer kernels. A value keeps its name behind the pair, so that whoever reads it (floating-point nodes,
 * graphs inside nodes, the outputs of the graph) reads on.
 */
final class QdqRewrite {
    private final GraphEditor editor;
    private final QuantizationPlan plan;
    private final Ranges ranges;
    private final NumberForm form;
    private final FreshNames names;
    private final StoredWeights stored;
    private final List<NodeProto> nodes = new ArrayList<>();
    private final Map<String, String> dequantized = new HashMap<>();
    /** Nodes that others have taken in. */
    private final Set<Integer> gone = new HashSet<>();

    private final Map<String, Parameters> parameters = new HashMap<>();

    /** A map and the names of the initializers that hold it. */
    private record Parameters(Affine affine, String scale, String zero) {}

    private QdqRewrite(GraphEditor editor, QuantizationPlan plan, Ranges ranges, NumberForm form, boolean correctBias) {
        this.editor = editor;
        this.plan = plan;
        this.ranges = ranges;
        this.form = form;
        names = new FreshNames(editor);
        stored = new StoredWeights(editor, names, nodes, ranges, form, correctBias);
    }

    /**
     * Changes the graph that the plan was made for.
     *
     * @return nodes that quantized ones have taken in, by their index in the plan's graph
     */
    static Set<Integer> apply(
            GraphEditor editor, QuantizationPlan plan, Ranges ranges, NumberForm form, boolean correctBias) {
        QdqRewrite rewrite = new QdqRewrite(editor, plan, ranges, form, correctBias);
        for (Unit unit : plan.units()) {
            unit.clamp().ifPresent(clamp -> rewrite.gone.add(clamp.node()));
        }
        List<NodeProto> old = plan.graph().nodes();
        for (int i = 0; i < old.size(); i++) {
            NodeProto node = old.get(i);
            int index = i;
            if (!rewrite.gone.contains(i)) {
                plan.unit(i)
                        .ifPresentOrElse(
                                unit -> rewrite.write(unit, plan.graph().node(index)), () -> rewrite.nodes.add(node));
            }
        }
        editor.nodes().clear();
        editor.nodes().addAll(rewrite.nodes);
        rewrite.dropUnusedWeights();
        return Set.copyOf(rewrite.gone);
    }

    private void write(Unit unit, NodeProto node) {
        Optional<BiasedProduct> product = plan.endsInFloat(unit)
                ? BiasedProduct.of(plan, unit, ranges.shape(unit.activations().get(0)))
                : Optional.empty();
        NodeProto.Builder changed = product.map(both -> both.gemm(node)).orElseGet(node::toBuilder);
        product.ifPresent(both -> gone.add(both.sum()));
        for (int i = 0; i < node.getInputCount(); i++) {
            String input = node.getInput(i);
            if (unit.activations().contains(input) && (i == 0 || readsAll(unit))) {
                changed.setInput(i, dequantized(input));
            } else if (unit.weights().isEmpty()
                    && readsAll(unit)
                    && plan.graph().isConstant(input)) {
                changed.setInput(i, constant(input));
            }
        }
        product.map(BiasedProduct::weights)
                .or(unit::weights)
                .ifPresent(weights -> stored.write(
                        unit,
                        weights,
                        changed,
                        affine(plan.root(unit.activations().get(0))).scale()));
        if (plan.endsInFloat(unit)) {
            nodes.add(changed.build());
            unit.clamp().ifPresent(clamp -> nodes.add(plan.graph().node(clamp.node())));
        } else {
            writeWithOutputs(unit, changed);
        }
    }

    /** Whether every input is data; of the others, the first alone is. */
    private static boolean readsAll(Unit unit) {
        return unit.role() == OperatorRole.MIXING;
    }

    private void writeWithOutputs(Unit unit, NodeProto.Builder changed) {
        List<String> raw = new ArrayList<>();
        for (String output : unit.outputs()) {
            raw.add(names.fresh(output + "_float"));
        }
        List<Clamp> kept = unit.clamp().stream()
                .filter(clamp ->
                        !clamp.isCoveredBy(affine(plan.root(unit.outputs().get(0)))))
                .toList();
        if (kept.isEmpty()) {
            int next = 0;
            for (int i = 0; i < changed.getOutputCount(); i++) {
                if (!changed.getOutput(i).isEmpty()) {
                    changed.setOutput(i, raw.get(next++));
                }
            }
            nodes.add(changed.build());
        } else {
            nodes.add(changed.build());
            NodeProto clamp = plan.graph().node(kept.get(0).node());
            nodes.add(clamp.toBuilder().setOutput(0, raw.get(0)).build());
        }
        for (int i = 0; i < raw.size(); i++) {
            String output = unit.outputs().get(i);
            pair(raw.get(i), output, output, plan.root(output));
        }
    }

    /** The name under which integers stand for an activation: its own if an integer kernel makes it. */
    private String dequantized(String value) {
        if (plan.maker(value).isPresent()) {
            return value;
        }
        return dequantized.computeIfAbsent(value, name -> {
            String result = names.fresh(name + "_rounded");
            pair(name, result, name, name);
            return result;
        });
    }

    private void pair(String from, String to, String stem, String root) {
        Parameters of = parameters(root);
        String integers = names.fresh(stem + "_quantized");
        String quantize = names.fresh(stem + "_quantize");
        String dequantize = names.fresh(stem + "_dequantize");
        nodes.add(node("QuantizeLinear", quantize, List.of(from, of.scale(), of.zero()), integers));
        nodes.add(node("DequantizeLinear", dequantize, List.of(integers, of.scale(), of.zero()), to));
    }

    private Affine affine(String root) {
        return parameters(root).affine();
    }

    /** Those of a value that has a range of its own. */
    private Parameters parameters(String root) {
        Parameters known = parameters.get(root);
        if (known == null) {
            known = put(root, Affine.of(range(root), form));
            parameters.put(root, known);
        }
        return known;
    }

    private ValueRange range(String root) {
        return plan.maker(root)
                .filter(unit -> unit.role() == OperatorRole.SQUASHING)
                .map(unit -> ValueRange.UNIT)
                .orElseGet(() -> ranges.range(root));
    }

    private Parameters put(String stem, Affine affine) {
        String scale = names.fresh(stem + "_scale");
        String zero = names.fresh(stem + "_zero_point");
        editor.put(Tensors.ofFloats(scale, List.of(), new float[] {affine.scale()}));
        editor.put(Tensors.ofIntegers(zero, List.of(), form.type(), new byte[] {(byte) affine.zeroPoint()}));
        return new Parameters(affine, scale, zero);
    }

    /** A constant operand as integers of its own range. */
    private String constant(String name) {
        return dequantized.computeIfAbsent(name, wish -> {
            TensorProto tensor = plan.graph().constant(wish).orElseThrow();
            float[] values = Tensors.floats(tensor);
            Affine affine = Affine.of(ValueRange.of(values), form);
            String integers = names.fresh(wish + "_quantized");
            Parameters of = put(wish, affine);
            editor.put(Tensors.ofIntegers(integers, tensor.getDimsList(), form.type(), affine.quantize(values)));
            String result = names.fresh(wish + "_rounded");
            nodes.add(node(
                    "DequantizeLinear",
                    names.fresh(wish + "_dequantize"),
                    List.of(integers, of.scale(), of.zero()),
                    result));
            return result;
        });
    }

    private void dropUnusedWeights() {
        Map<String, Integer> uses = editor.uses();
        for (TensorProto tensor : editor.initializers()) {
            if (!uses.containsKey(tensor.getName()) && plan.graph().uses(tensor.getName()) > 0) {
                editor.remove(tensor.getName());
            }
        }
    }

    static NodeProto node(String type, String name, List<String> inputs, String output, AttributeProto... attributes) {
        return NodeProto.newBuilder()
                .setOpType(type)
                .setName(name)
                .addAllInput(inputs)
                .addOutput(output)
                .addAllAttribute(List.of(attributes))
                .build();
    }
}
