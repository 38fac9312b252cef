package io.fleetfit.agent.runtime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Tensors over direct buffers that are used again and again. The first run learns the shapes of the outputs; from then on
 * they are pinned, so that a run copies and allocates next to nothing. A model whose output shapes depend on the values
 * fails a pinned run once and is never pinned again.
 */
final class OrtFrame implements Frame {
    private static final String SHRINK = "memory.enable_memory_arena_shrinkage";
    private static final long LARGE_BYTES = 4L << 20;

    private final Host host;
    private final String key;
    private final List<ByteBuffer> inputBuffers = new ArrayList<>();
    private final Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
    private final OrtSession.RunOptions options;
    private final Map<String, OnnxTensor> pinned = new LinkedHashMap<>();
    private final ByteBuffer[] outputs;
    private final long[][] shapes;
    private boolean pinnable = true;
    private long inputBytes;

    /** What a frame runs on. */
    record Host(OrtEnvironment environment, OrtSession session, List<String> outputs, Consumer<OrtFrame> giveBack) {}

    private OrtFrame(Host host, String key) throws OrtException {
        this.host = host;
        this.key = key;
        this.options = new OrtSession.RunOptions();
        this.outputs = new ByteBuffer[host.outputs().size()];
        this.shapes = new long[host.outputs().size()][];
    }

    static OrtFrame create(Host host, Map<String, OnnxJavaType> types, List<long[]> shapes, String key)
            throws OrtException {
        OrtFrame frame = new OrtFrame(host, key);
        int i = 0;
        for (Map.Entry<String, OnnxJavaType> input : types.entrySet()) {
            long[] shape = shapes.get(i++);
            ByteBuffer buffer = buffer(shape, input.getValue());
            frame.inputBuffers.add(buffer);
            frame.inputBytes += buffer.capacity();
            frame.inputs.put(
                    input.getKey(), OnnxTensor.createTensor(host.environment(), buffer, shape, input.getValue()));
        }
        if (frame.isLarge()) {
            frame.options.addRunConfigEntry(SHRINK, "cpu:0");
        }
        return frame;
    }

    /** Whether it takes so much that it is not kept, and what a run took of the arena is given back. */
    boolean isLarge() {
        return inputBytes > LARGE_BYTES;
    }

    private static ByteBuffer buffer(long[] shape, OnnxJavaType type) {
        long bytes = type.size;
        for (long dimension : shape) {
            bytes = Math.multiplyExact(bytes, dimension);
        }
        return DirectBuffers.take(Math.toIntExact(bytes));
    }

    String key() {
        return key;
    }

    @Override
    public ByteBuffer input(int index) {
        return inputBuffers.get(index).clear();
    }

    @Override
    public void run() throws InferenceException {
        try {
            if (!pinned.isEmpty() && runPinned()) {
                return;
            }
            try (OrtSession.Result result = host.session().run(inputs, options)) {
                for (int i = 0; i < outputs.length; i++) {
                    take(i, result.get(i));
                }
            }
        } catch (OrtException e) {
            throw InferenceException.failed("the inference failed: " + e.getMessage(), e);
        }
    }

    private boolean runPinned() throws OrtException {
        try {
            host.session().run(inputs, Set.of(), pinned, options).close();
            return true;
        } catch (OrtException e) {
            if (e.getCode() != OrtException.OrtErrorCode.ORT_INVALID_ARGUMENT
                    && e.getCode() != OrtException.OrtErrorCode.ORT_FAIL) {
                throw e;
            }
            pinnable = false;
            closePinned();
            return false;
        }
    }

    private void take(int index, OnnxValue value) throws OrtException {
        if (!(value instanceof OnnxTensor tensor)) {
            throw new OrtException("output '" + host.outputs().get(index) + "' is no tensor");
        }
        ByteBuffer copy = tensor.getByteBuffer().order(ByteOrder.nativeOrder());
        long[] shape = tensor.getInfo().getShape();
        shapes[index] = shape;
        if (!pinnable || copy.remaining() == 0) {
            pinnable = false;
            outputs[index] = copy;
            return;
        }
        ByteBuffer kept = buffer(shape, tensor.getInfo().type);
        kept.put(copy).clear();
        outputs[index] = kept;
        pinned.put(
                host.outputs().get(index),
                OnnxTensor.createTensor(host.environment(), kept, shape, tensor.getInfo().type));
    }

    @Override
    public ByteBuffer output(int index) {
        return outputs[index].clear();
    }

    @Override
    public long[] outputShape(int index) {
        return shapes[index];
    }

    void terminate() {
        try {
            options.setTerminate(true);
        } catch (OrtException e) {
            throw new IllegalStateException("a run cannot be stopped", e);
        }
    }

    /** Gives the frame back to its model. */
    @Override
    public void close() {
        host.giveBack().accept(this);
    }

    void free() {
        inputs.values().forEach(OnnxTensor::close);
        inputBuffers.forEach(DirectBuffers::giveBack);
        closePinned();
        options.close();
    }

    private void closePinned() {
        for (int i = 0; i < outputs.length; i++) {
            OnnxTensor tensor = pinned.remove(host.outputs().get(i));
            if (tensor != null) {
                tensor.close();
                DirectBuffers.giveBack(outputs[i]);
            }
        }
    }
}
