package io.fleetfit.compress.lowrank;

import ai.onnx.proto.OnnxMl.NodeProto;
import io.fleetfit.compress.linear.LinearLayer;
import io.fleetfit.compress.linear.Matrices;
import io.fleetfit.compress.linear.Moments;
import io.fleetfit.compress.linear.Window;
import io.fleetfit.onnx.GraphEditor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.jspecify.annotations.Nullable;

/**
 * A layer that may be factorised, with what it costs.
 *
 * @param name of its node, or of its output if the node has none
 * @param layer the layer
 * @param inputArea positions of the input: elements of its picture, or rows
 * @param middleArea positions behind a filter that is one column of the window
 * @param outputArea positions of the output
 */
record Factorable(String name, LinearLayer layer, long inputArea, long middleArea, long outputArea) {
    /** Wider than that, ranks are multiples of 8, as kernels like them; than half of it, of 4. */
    private static final int WIDE = 32;

    static Factorable of(NodeProto node, LinearLayer layer, long[] in, long[] out) {
        String name = node.getName().isEmpty() ? node.getOutput(0) : node.getName();
        long inputArea = product(in) / layer.inputs();
        long outputArea = product(out) / layer.outputs();
        boolean picture = layer.kind() == LinearLayer.Kind.CONV;
        long middle = picture ? outputArea / out[out.length - 1] * in[in.length - 1] : outputArea;
        return new Factorable(name, layer, inputArea, middle, outputArea);
    }

    private static long product(long[] shape) {
        long product = 1;
        for (long side : shape) {
            product *= side;
        }
        return product;
    }

    long parameters() {
        return (long) layer.outputs() * layer.columns();
    }

    long macs() {
        return parameters() * outputArea;
    }

    /** The forms that differ for this layer. */
    List<Form> forms() {
        Window window = layer.window();
        List<Form> forms = new ArrayList<>(List.of(Form.MATRIX));
        if (window.height() > 1 && window.width() > 1) {
            forms.add(Form.SPATIAL);
        }
        if (window.size() > 1) {
            forms.add(Form.TUCKER);
        }
        return forms;
    }

    private int taps(Form form) {
        return switch (form) {
            case MATRIX -> 1;
            case SPATIAL -> layer.window().width();
            case TUCKER -> layer.window().size();
        };
    }

    /**
     * The decompositions by form.
     *
     * @param moments of what flows in; absent if nothing is known of it
     * @param ridge share of the mean energy of an input that is added to its moments
     */
    Map<Form, Decomposition> decompositions(
            GraphEditor graph, @Nullable Moments moments, double ridge, List<Form> forms) {
        DMatrixRMaj weights = Matrices.of(layer.matrix(graph), layer.outputs(), layer.columns());
        DMatrixRMaj second = moments == null
                ? CommonOps_DDRM.identity(layer.columns())
                : Matrices.ridged(moments.shrunk(layer.takesBias()), ridge);
        Map<Form, Decomposition> all = new LinkedHashMap<>();
        for (Form form : forms) {
            all.put(form, new Decomposition(weights, second, taps(form), form == Form.TUCKER));
        }
        return all;
    }

    /** The options of a decomposition. */
    List<Option> options(Form form, Decomposition decomposition) {
        double[][] losses = decomposition.losses();
        int outputs = layer.outputs();
        List<Option> options = new ArrayList<>();
        for (int rank : ranks(decomposition.most())) {
            for (int outer : form == Form.TUCKER ? ranks(outputs) : List.of(outputs)) {
                options.add(option(form, rank, outer, losses[rank][outer]));
            }
        }
        return options;
    }

    private static List<Integer> ranks(int most) {
        int step = most >= WIDE ? 8 : most >= WIDE / 2 ? 4 : 1;
        List<Integer> ranks = new ArrayList<>();
        for (int rank = step; rank <= most; rank += step) {
            ranks.add(rank);
        }
        return ranks;
    }

    private Option option(Form form, int rank, int outer, double loss) {
        Window window = layer.window();
        long r = rank;
        long outputs = layer.outputs();
        return switch (form) {
            case MATRIX -> {
                long parameters = r * layer.columns() + outputs * r;
                yield new Option(form, rank, outer, parameters * outputArea, parameters, loss);
            }
            case SPATIAL -> {
                long down = r * layer.inputs() * window.height();
                long across = outputs * r * window.width();
                yield new Option(form, rank, outer, down * middleArea + across * outputArea, down + across, loss);
            }
            case TUCKER -> {
                long in = r * layer.inputs();
                long rest = (long) outer * r * window.size() + outputs * outer;
                yield new Option(form, rank, outer, in * inputArea + rest * outputArea, in + rest, loss);
            }
        };
    }
}
