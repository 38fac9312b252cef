package io.fleetfit.agent.runtime;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.fleetfit.protocol.TensorSpec;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A session of ONNX Runtime with a pool of frames for each combination of input shapes. */
final class OrtModel implements LoadedModel {
    private static final System.Logger LOG = System.getLogger(OrtModel.class.getName());
    /** Combinations of shapes whose frames are kept; a model with open dimensions could be asked for any number. */
    private static final int MAX_SHAPES = 8;

    private static final long MAX_INPUT_BYTES = 256L << 20;

    private final OrtEnvironment environment;
    private final OrtSession session;
    private final int threads;
    private final List<TensorSpec> inputs;
    private final List<TensorSpec> outputs;
    private final List<OnnxJavaType> inputTypes;
    private final Map<String, Queue<OrtFrame>> idle = new ConcurrentHashMap<>();
    private final Set<OrtFrame> out = ConcurrentHashMap.newKeySet();

    private OrtModel(OrtEnvironment environment, OrtSession session, int threads, Nodes inputs, Nodes outputs) {
        this.environment = environment;
        this.session = session;
        this.threads = threads;
        this.inputs = inputs.specs();
        this.outputs = outputs.specs();
        this.inputTypes = inputs.types();
    }

    private record Nodes(List<TensorSpec> specs, List<OnnxJavaType> types) {
        static Nodes of(Collection<NodeInfo> nodes) throws OrtException {
            List<TensorSpec> specs = new ArrayList<>();
            List<OnnxJavaType> types = new ArrayList<>();
            for (NodeInfo node : nodes) {
                if (!(node.getInfo() instanceof TensorInfo tensor)
                        || tensor.type == OnnxJavaType.STRING
                        || tensor.type == OnnxJavaType.UNKNOWN) {
                    throw new OrtException("'" + node.getName() + "' is no tensor of numbers");
                }
                List<Long> shape = Arrays.stream(tensor.getShape()).boxed().toList();
                specs.add(new TensorSpec(node.getName(), DataTypes.name(tensor.type), shape));
                types.add(tensor.type);
            }
            return new Nodes(List.copyOf(specs), List.copyOf(types));
        }
    }

    /** Takes over the session; closes it when it cannot be used. */
    static OrtModel of(OrtEnvironment environment, OrtSession session, int threads) throws OrtException {
        try {
            return new OrtModel(
                    environment,
                    session,
                    threads,
                    Nodes.of(session.getInputInfo().values()),
                    Nodes.of(session.getOutputInfo().values()));
        } catch (OrtException e) {
            session.close();
            throw e;
        }
    }

    @Override
    public List<TensorSpec> inputs() {
        return inputs;
    }

    @Override
    public List<TensorSpec> outputs() {
        return outputs;
    }

    @Override
    public int threads() {
        return threads;
    }

    @Override
    public Frame borrow(List<long[]> shapes) throws InferenceException {
        String key = key(shapes);
        Queue<OrtFrame> frames = idle.get(key);
        OrtFrame frame = frames == null ? null : frames.poll();
        if (frame == null) {
            requireShapes(shapes);
            frame = create(shapes, key);
        }
        out.add(frame);
        return frame;
    }

    private static String key(List<long[]> shapes) {
        if (shapes.size() == 1) {
            return Arrays.toString(shapes.get(0));
        }
        StringBuilder key = new StringBuilder();
        shapes.forEach(shape -> key.append(Arrays.toString(shape)));
        return key.toString();
    }

    private void requireShapes(List<long[]> shapes) throws InferenceException {
        if (shapes.size() != inputs.size()) {
            throw InferenceException.badInput("the model takes " + inputs.size() + " inputs, got " + shapes.size());
        }
        for (int i = 0; i < shapes.size(); i++) {
            List<Long> wanted = inputs.get(i).shape();
            long[] given = shapes.get(i);
            boolean fits = given.length == wanted.size();
            long bytes = Math.max(1, inputTypes.get(i).size);
            for (int d = 0; fits && d < given.length; d++) {
                fits = given[d] > 0 && (wanted.get(d) < 0 || wanted.get(d) == given[d]);
                bytes = fits && bytes <= MAX_INPUT_BYTES ? bytes * given[d] : bytes;
            }
            if (!fits) {
                throw InferenceException.badInput("input '" + inputs.get(i).name() + "' has the shape "
                        + Arrays.toString(given) + "; the model takes " + wanted + " (-1 is any)");
            }
            if (bytes > MAX_INPUT_BYTES) {
                throw InferenceException.badInput(
                        "input '" + inputs.get(i).name() + "' is larger than " + MAX_INPUT_BYTES + " bytes");
            }
        }
    }

    private OrtFrame create(List<long[]> shapes, String key) throws InferenceException {
        try {
            Map<String, OnnxJavaType> types = new LinkedHashMap<>();
            for (int i = 0; i < inputs.size(); i++) {
                types.put(inputs.get(i).name(), inputTypes.get(i));
            }
            List<String> names = outputs.stream().map(TensorSpec::name).toList();
            return OrtFrame.create(new OrtFrame.Host(environment, session, names, this::giveBack), types, shapes, key);
        } catch (OrtException e) {
            throw InferenceException.failed("no buffers for the inference: " + e.getMessage(), e);
        }
    }

    private void giveBack(OrtFrame frame) {
        out.remove(frame);
        if (frame.isLarge()) {
            frame.free();
            return;
        }
        Queue<OrtFrame> frames = idle.get(frame.key());
        if (frames == null && idle.size() < MAX_SHAPES) {
            frames = idle.computeIfAbsent(frame.key(), key -> new ConcurrentLinkedQueue<>());
        }
        if (frames == null) {
            frame.free();
        } else {
            frames.add(frame);
        }
    }

    @Override
    public void terminate() {
        out.forEach(OrtFrame::terminate);
    }

    @Override
    public void close() {
        idle.values().forEach(frames -> frames.forEach(OrtFrame::free));
        idle.clear();
        try {
            session.close();
        } catch (OrtException e) {
            LOG.log(Level.WARNING, "a session did not close: {0}", e.getMessage());
        }
    }
}
