package io.fleetfit.compress.passes;

import ai.onnx.proto.OnnxMl.NodeProto;
import io.fleetfit.compress.CompressionPass;
import io.fleetfit.compress.Finding;
import io.fleetfit.compress.PassContext;
import io.fleetfit.compress.Target;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.onnx.Tensors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Products in 8 bits whose activations get their scale when the model runs (DynamicQuantizeLinear, MatMulInteger), so that
 * no data set is needed; weights with a scale a column, symmetric. LSTM layers likewise, by ONNX Runtime's
 * DynamicQuantizeLSTM. Without VNNI sums of U8S8 products saturate, so weights keep to 7 bits for that target. Needs opset
 * 11.
 */
public final class QuantizeDynamic implements CompressionPass {
    private static final int OLDEST = 11;

    /** A matrix in 8 bits and the scales of its columns. */
    private record Stored(String values, String scales) {}

    /** An activation in 8 bits. */
    private record Activation(String values, String scale, String zeroPoint) {}

    @Override
    public String name() {
        return "quantize-dynamic";
    }

    @Override
    public void apply(GraphEditor graph, PassContext context) throws ModelRefused {
        if (graph.opset() < OLDEST) {
            throw new ModelRefused(
                    ModelRefused.Code.NOT_COMPRESSIBLE,
                    "the model uses opset " + graph.opset() + ", and dynamic quantization needs " + OLDEST
                            + " or newer; put the pass 'upgrade-opset' before it");
        }
        int most = context.target() == Target.X86 ? 63 : 127;
        Rewriting rewriting = new Rewriting(graph, most);
        for (NodeProto node : List.copyOf(graph.nodes())) {
            Optional<Product> product = Product.of(graph, node);
            if (product.isPresent()) {
                rewriting.product(product.get());
            } else if (GraphEditor.is(node, "LSTM")
                    && DynamicLstm.rewrite(graph, node, most, rewriting.nodes, rewriting.replaced)) {
                graph.opset("com.microsoft", 1);
            } else {
                rewriting.nodes.add(node);
                if (Product.isOther(graph, node)
                        || List.of("LSTM", "GRU", "RNN").contains(node.getOpType())) {
                    context.findings()
                            .accept(new Finding(name(), node.getOutput(0), node.getOpType() + " stays in floats"));
                }
            }
        }
        graph.nodes().clear();
        graph.nodes().addAll(rewriting.nodes);
        StoredWeights.removeUnused(graph, rewriting.replaced);
    }

    private static final class Rewriting {
        private final GraphEditor graph;
        private final int most;
        private final List<NodeProto> nodes = new ArrayList<>();
        private final Map<String, Stored> weights = new HashMap<>();
        private final Map<String, Activation> activations = new HashMap<>();
        private final List<String> replaced = new ArrayList<>();

        Rewriting(GraphEditor graph, int most) {
            this.graph = graph;
            this.most = most;
        }

        void product(Product product) {
            String y = product.node().getOutput(0);
            Stored weight = weights.computeIfAbsent(product.key(), key -> store(product));
            Activation x = activations.computeIfAbsent(product.node().getInput(0), this::quantize);
            String sums = graph.freshName(y + "_sums");
            String reals = graph.freshName(y + "_reals");
            String scale = graph.freshName(y + "_scale");
            String result = product.bias().isEmpty() ? y : graph.freshName(y + "_product");
            add("MatMulInteger", sums, x.values(), weight.values(), x.zeroPoint());
            nodes.add(StoredWeights.castToFloat(sums, reals));
            add("Mul", scale, x.scale(), weight.scales());
            add("Mul", result, reals, scale);
            if (!product.bias().isEmpty()) {
                add("Add", y, result, product.bias());
            }
            replaced.add(product.weight());
        }

        private Activation quantize(String value) {
            Activation x = new Activation(
                    graph.freshName(value + "_uint8"),
                    graph.freshName(value + "_scale"),
                    graph.freshName(value + "_zero"));
            nodes.add(NodeProto.newBuilder()
                    .setOpType("DynamicQuantizeLinear")
                    .setName(value + "_quantize")
                    .addInput(value)
                    .addAllOutput(List.of(x.values(), x.scale(), x.zeroPoint()))
                    .build());
            return x;
        }

        private Stored store(Product product) {
            float[] columns = product.columns(graph);
            int inner = product.inner();
            int outer = product.outer();
            float[] scales = new float[outer];
            byte[] values = new byte[columns.length];
            for (int n = 0; n < outer; n++) {
                float largest = 0;
                for (int k = 0; k < inner; k++) {
                    largest = Math.max(largest, Math.abs(columns[n * inner + k]));
                }
                scales[n] = largest == 0 ? 1 : largest / most;
                for (int k = 0; k < inner; k++) {
                    values[k * outer + n] = (byte) Math.round(columns[n * inner + k] / scales[n]);
                }
            }
            Stored stored = new Stored(
                    graph.freshName(product.weight() + "_int8"), graph.freshName(product.weight() + "_scales"));
            graph.put(Tensors.ofBytes(stored.values(), List.of((long) inner, (long) outer), values));
            graph.put(Tensors.ofFloats(stored.scales(), List.of((long) outer), scales));
            return stored;
        }

        private void add(String type, String output, String... inputs) {
            nodes.add(NodeProto.newBuilder()
                    .setOpType(type)
                    .setName(output)
                    .addAllInput(List.of(inputs))
                    .addOutput(output)
                    .build());
        }
    }
}
