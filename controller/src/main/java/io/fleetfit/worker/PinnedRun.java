package io.fleetfit.worker;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.fleetfit.onnx.FloatTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/** A model with its inputs and outputs in memory that stays where it is, so that a run costs what the model costs. */
final class PinnedRun implements AutoCloseable {
    private final OrtSession session;
    private final Map<String, OnnxTensor> inputs = new HashMap<>();
    private final Map<String, OnnxTensor> outputs = new HashMap<>();
    private final Set<String> loose = new HashSet<>();

    /** Runs once to learn the outputs' shapes. */
    PinnedRun(OrtModel model, Map<String, FloatTensor> values) throws OrtException {
        session = model.session();
        try {
            for (Map.Entry<String, FloatTensor> input : values.entrySet()) {
                OnnxJavaType type = model.type(input.getKey());
                inputs.put(
                        input.getKey(),
                        OnnxTensor.createTensor(
                                OrtEnvironment.getEnvironment(),
                                TypedValues.encode(input.getValue().data(), type),
                                input.getValue().shape(),
                                type));
            }
            try (OrtSession.Result result = session.run(inputs)) {
                for (Map.Entry<String, OnnxValue> output : result) {
                    pin(output.getKey(), output.getValue());
                }
            }
        } catch (OrtException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private void pin(String name, OnnxValue value) throws OrtException {
        if (value.getInfo() instanceof TensorInfo info && info.type != OnnxJavaType.STRING) {
            long elements = Arrays.stream(info.getShape()).reduce(1, Math::multiplyExact);
            ByteBuffer memory = ByteBuffer.allocateDirect(Math.toIntExact(elements * info.type.size))
                    .order(ByteOrder.nativeOrder());
            outputs.put(
                    name, OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), memory, info.getShape(), info.type));
        } else {
            loose.add(name);
        }
    }

    /** Nanoseconds of so many runs by the clock given. */
    long nanos(int runs, LongSupplier clock) throws OrtException {
        long start = clock.getAsLong();
        for (int i = 0; i < runs; i++) {
            session.run(inputs, loose, outputs).close();
        }
        return clock.getAsLong() - start;
    }

    @Override
    public void close() {
        inputs.values().forEach(OnnxTensor::close);
        outputs.values().forEach(OnnxTensor::close);
    }
}
