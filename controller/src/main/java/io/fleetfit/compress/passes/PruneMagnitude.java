package io.fleetfit.compress.passes;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.fleetfit.compress.CompressionPass;
import io.fleetfit.compress.Finding;
import io.fleetfit.compress.PassContext;
import io.fleetfit.compress.PassSettings;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.onnx.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Sets the weights of smallest magnitude to zero (Han et al., arXiv 1506.02626) and stores the others behind a bit mask. A
 * download is as large as the file, since chunks travel as they are, so the zeros must be gone from the file itself; nodes
 * that ONNX Runtime folds when it loads the model put them back, so that the model runs as fast as before, not faster.
 * Settings: {@code sparsity}, the share of zeros, 0 to 0.99 (0.5 if absent); {@code scope}, {@code tensor} or {@code global};
 * {@code values}, {@code float} or {@code half}. Needs opset 11.
 */
public final class PruneMagnitude implements CompressionPass {
    private static final int OLDEST = 11;
    private static final Set<String> LAYERS = Set.of("Conv", "ConvTranspose", "Gemm", "MatMul");

    private final double sparsity;
    private final Scope scope;
    private final Values values;

    /** Among which weights the smallest are sought. */
    public enum Scope {
        /** In each tensor for itself. */
        TENSOR,
        /** In all of the model. */
        GLOBAL
    }

    /** How the weights that stay are stored. */
    public enum Values {
        /** In 32 bits, exactly. */
        FLOAT,
        /** In 16 bits. */
        HALF
    }

    /** Reads the settings. */
    public PruneMagnitude(PassSettings settings) {
        sparsity = settings.number("sparsity", 0.5, 0, 0.99);
        scope = settings.choice("scope", Scope.TENSOR);
        values = settings.choice("values", Values.FLOAT);
    }

    @Override
    public String name() {
        return "prune-magnitude";
    }

    @Override
    public void apply(GraphEditor graph, PassContext context) throws ModelRefused {
        if (graph.opset() < OLDEST) {
            throw new ModelRefused(
                    ModelRefused.Code.NOT_COMPRESSIBLE,
                    "the model uses opset " + graph.opset() + ", and a bit mask needs " + OLDEST
                            + " or newer to be unpacked; put the pass 'upgrade-opset' before it");
        }
        List<TensorProto> weights = weights(graph);
        MaskedWeights masks = new MaskedWeights(graph, values == Values.HALF);
        MagnitudeCut global = scope == Scope.GLOBAL ? cut(weights) : null;
        for (TensorProto tensor : weights) {
            float[] pruned = Tensors.floats(tensor);
            MagnitudeCut cut = global == null ? cut(List.of(tensor)) : global;
            for (int i = 0; i < pruned.length; i++) {
                pruned[i] = cut.cuts(pruned[i]) ? 0 : pruned[i];
            }
            masks.store(tensor, pruned);
        }
        graph.nodes().addAll(0, masks.nodes());
        context.findings().accept(new Finding(name(), "size", text(masks)));
    }

    private static List<TensorProto> weights(GraphEditor graph) {
        Set<String> names = new LinkedHashSet<>();
        for (NodeProto node : graph.nodes()) {
            if (GraphEditor.is(node, node.getOpType())
                    && LAYERS.contains(node.getOpType())
                    && node.getInputCount() > 1) {
                names.add(node.getInput(1));
            }
        }
        List<TensorProto> weights = new ArrayList<>();
        names.stream()
                .flatMap(name -> graph.initializer(name).stream())
                .filter(tensor -> Tensors.isFloat(tensor) && Tensors.elements(tensor) >= StoredWeights.LEAST_ELEMENTS)
                .forEach(weights::add);
        return weights;
    }

    private MagnitudeCut cut(List<TensorProto> tensors) {
        List<Supplier<float[]>> numbers = new ArrayList<>();
        tensors.forEach(tensor -> numbers.add(() -> Tensors.floats(tensor)));
        long all = tensors.stream().mapToLong(Tensors::elements).sum();
        return MagnitudeCut.of(numbers, Math.round(all * sparsity));
    }

    private static String text(MaskedWeights masks) {
        MaskedWeights.Sizes sizes = masks.sizes();
        return String.format(
                Locale.ROOT,
                "%d of %d weights are zero; they took %d bytes and take %d; deflated, which the transfer does not do, the"
                        + " tensors with their zeros would take %d",
                sizes.zeros(),
                sizes.weights(),
                sizes.before(),
                sizes.after(),
                sizes.deflated());
    }
}
