package io.fleetfit.compress.linear;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.fleetfit.compress.GraphRunner;
import io.fleetfit.compress.PassContext;
import io.fleetfit.dataset.Sample;
import io.fleetfit.dataset.Samples;
import io.fleetfit.onnx.FloatTensor;
import io.fleetfit.onnx.ModelRefused;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Runs a model over samples and shows values inside it; one sample's values are in memory at a time. */
public final class Activations {
    /** What an open dimension is taken for when there is no sample. */
    private static final int OPEN_SIDE = 32;

    private Activations() {}

    /** Sees the values of one sample. */
    @FunctionalInterface
    public interface Viewer {
        /**
         * Called once a sample, in order.
         *
         * @param sample its number
         * @param values by name, those asked for among them
         */
        void see(int sample, Map<String, FloatTensor> values) throws ModelRefused;
    }

    /**
     * Runs the part of a model that some values need, over all samples. Values that are inputs of the model are shown too.
     *
     * @throws ModelRefused if a run fails
     */
    public static void view(
            GraphRunner runner, ModelProto model, Set<String> names, Iterable<Sample> samples, Viewer viewer)
            throws ModelRefused {
        Set<String> inner = inner(model, names);
        if (inner.isEmpty()) {
            // A graph without nodes is one that ONNX Runtime refuses.
            int number = 0;
            for (Sample sample : samples) {
                viewer.see(number++, sample.inputs());
            }
            return;
        }
        try (GraphRunner.Loaded loaded = runner.load(part(model, names), inner)) {
            int number = 0;
            for (Sample sample : samples) {
                Map<String, FloatTensor> values = new HashMap<>(sample.inputs());
                values.putAll(loaded.run(sample.inputs()));
                viewer.see(number++, values);
            }
        }
    }

    /**
     * A value that was asked for.
     *
     * @throws ModelRefused if the run did not give it: it holds no numbers
     */
    static FloatTensor value(Map<String, FloatTensor> values, String name) throws ModelRefused {
        FloatTensor value = values.get(name);
        if (value == null) {
            throw new ModelRefused(
                    ModelRefused.Code.NOT_COMPRESSIBLE,
                    "the value '" + name + "' holds no numbers, or the samples lack it; leave its layer out");
        }
        return value;
    }

    private static Set<String> inner(ModelProto model, Set<String> names) {
        Set<String> inner = new TreeSet<>(names);
        model.getGraph().getInputList().forEach(input -> inner.remove(input.getName()));
        return inner;
    }

    /** The nodes that some values depend on, with no output of the graph left. */
    private static ModelProto part(ModelProto model, Set<String> names) {
        GraphProto graph = model.getGraph();
        Set<String> needed = new HashSet<>(names);
        List<NodeProto> nodes = graph.getNodeList();
        GraphProto.Builder part = graph.toBuilder().clearNode().clearOutput().clearInitializer();
        boolean[] keep = new boolean[nodes.size()];
        for (int i = nodes.size() - 1; i >= 0; i--) {
            if (nodes.get(i).getOutputList().stream().anyMatch(needed::contains)) {
                keep[i] = true;
                needed.addAll(InnerGraphs.used(nodes.get(i)));
            }
        }
        for (int i = 0; i < keep.length; i++) {
            if (keep[i]) {
                part.addNode(nodes.get(i));
            }
        }
        for (TensorProto tensor : graph.getInitializerList()) {
            if (needed.contains(tensor.getName())) {
                part.addInitializer(tensor);
            }
        }
        return model.toBuilder().setGraph(part).build();
    }

    /**
     * Shapes of all values that are numbers, found by one run: of the first calibration sample, or of zeros if there is none,
     * where an open dimension is 1 in front and 32 elsewhere.
     *
     * @throws ModelRefused if the run fails
     */
    public static Map<String, long[]> shapes(ModelProto model, PassContext context) throws ModelRefused {
        Map<String, FloatTensor> inputs = example(model, context.calibration());
        Set<String> names = new TreeSet<>();
        model.getGraph().getNodeList().forEach(node -> names.addAll(node.getOutputList()));
        names.remove("");
        Map<String, long[]> shapes = new HashMap<>();
        try (GraphRunner.Loaded loaded = context.runner().load(model, names)) {
            inputs.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
            loaded.run(inputs).forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        }
        return shapes;
    }

    private static Map<String, FloatTensor> example(ModelProto model, @Nullable Samples calibration) {
        if (calibration != null) {
            Iterator<Sample> samples = calibration.iterator();
            if (samples.hasNext()) {
                return samples.next().inputs();
            }
        }
        Map<String, FloatTensor> zeros = new HashMap<>();
        for (ValueInfoProto input : model.getGraph().getInputList()) {
            long[] shape = closed(input.getType().getTensorType().getShape());
            long elements = 1;
            for (long side : shape) {
                elements *= side;
            }
            zeros.put(input.getName(), new FloatTensor(shape, new float[Math.toIntExact(elements)]));
        }
        return zeros;
    }

    private static long[] closed(TensorShapeProto shape) {
        long[] sides = new long[shape.getDimCount()];
        for (int i = 0; i < sides.length; i++) {
            long side = shape.getDim(i).getDimValue();
            sides[i] = side > 0 ? side : i == 0 ? 1 : OPEN_SIDE;
        }
        return sides;
    }
}
