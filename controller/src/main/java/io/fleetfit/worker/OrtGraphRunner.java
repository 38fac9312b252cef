package io.fleetfit.worker;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.fleetfit.compress.GraphRunner;
import io.fleetfit.onnx.FloatTensor;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.onnx.ValueType;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Runs graphs with ONNX Runtime on the CPU, without its optimisations, so that every value can be seen. */
public final class OrtGraphRunner implements GraphRunner {
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();

    @Override
    public Loaded load(ModelProto model, Set<String> observed) throws ModelRefused {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT);
            byte[] bytes = withOutputs(model, observed).toByteArray();
            return new OrtLoaded(environment, environment.createSession(bytes, options));
        } catch (OrtException e) {
            throw ModelRunner.refused(e);
        }
    }

    @Override
    public Map<String, ValueType> types(ModelProto model) throws ModelRefused {
        return OrtValueTypes.of(environment, model);
    }

    @Override
    public List<TensorProto> evaluate(ModelProto model) throws ModelRefused {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT);
            try (OrtSession session = environment.createSession(model.toByteArray(), options);
                    OrtSession.Result result = session.run(Map.of())) {
                List<TensorProto> values = new ArrayList<>();
                for (Map.Entry<String, OnnxValue> value : result) {
                    if (value.getValue() instanceof OnnxTensor tensor && tensor.getInfo().type != OnnxJavaType.STRING) {
                        values.add(OrtValueTypes.tensor(value.getKey(), tensor));
                    }
                }
                return values;
            }
        } catch (OrtException e) {
            throw ModelRunner.refused(e);
        }
    }

    static ModelProto withOutputs(ModelProto model, Set<String> observed) {
        GraphProto.Builder graph = model.getGraph().toBuilder();
        Set<String> outputs = new HashSet<>();
        graph.getOutputList().forEach(output -> outputs.add(output.getName()));
        observed.stream()
                .filter(outputs::add)
                .sorted()
                .forEach(name -> graph.addOutput(
                        ValueInfoProto.newBuilder().setName(name).build()));
        return model.toBuilder().setGraph(graph).build();
    }

    private static final class OrtLoaded implements Loaded {
        private final OrtEnvironment environment;
        private final OrtSession session;
        private final Map<String, OnnxJavaType> types = new HashMap<>();

        OrtLoaded(OrtEnvironment environment, OrtSession session) throws OrtException {
            this.environment = environment;
            this.session = session;
            session.getInputInfo().forEach((name, node) -> {
                if (node.getInfo() instanceof TensorInfo info) {
                    types.put(name, info.type);
                }
            });
        }

        @Override
        public Map<String, FloatTensor> run(Map<String, FloatTensor> inputs) throws ModelRefused {
            Map<String, FloatTensor> values = new LinkedHashMap<>();
            run(inputs, values::put);
            return values;
        }

        @Override
        public void run(Map<String, FloatTensor> inputs, Visitor visitor) throws ModelRefused {
            Map<String, OnnxTensor> tensors = new HashMap<>();
            try {
                for (Map.Entry<String, FloatTensor> input : inputs.entrySet()) {
                    tensors.put(
                            input.getKey(),
                            Numbers.tensor(
                                    environment,
                                    input.getValue(),
                                    types.getOrDefault(input.getKey(), OnnxJavaType.FLOAT)));
                }
                try (OrtSession.Result result = session.run(tensors)) {
                    show(result, visitor);
                }
            } catch (OrtException e) {
                throw ModelRunner.refused(e);
            } finally {
                tensors.values().forEach(OnnxTensor::close);
            }
        }

        private static void show(OrtSession.Result result, Visitor visitor) throws ModelRefused {
            for (Map.Entry<String, OnnxValue> value : result) {
                if (value.getValue() instanceof OnnxTensor tensor && tensor.getInfo().type != OnnxJavaType.STRING) {
                    visitor.see(value.getKey(), Numbers.floats(tensor));
                }
            }
        }

        @Override
        public void close() {
            try {
                session.close();
            } catch (OrtException e) {
                throw new IllegalStateException("a session could not be closed", e);
            }
        }
    }

    /** Conversions between floats and the types that graphs declare. */
    static final class Numbers {
        private Numbers() {}

        static OnnxTensor tensor(OrtEnvironment environment, FloatTensor values, OnnxJavaType type)
                throws OrtException {
            float[] data = values.data();
            if (type == OnnxJavaType.FLOAT) {
                return OnnxTensor.createTensor(environment, FloatBuffer.wrap(data), values.shape());
            }
            return OnnxTensor.createTensor(environment, TypedValues.encode(data, type), values.shape(), type);
        }

        static FloatTensor floats(OnnxTensor tensor) {
            TensorInfo info = tensor.getInfo();
            if (info.type == OnnxJavaType.FLOAT || info.type == OnnxJavaType.FLOAT16) {
                // A copy in the heap already.
                FloatBuffer buffer = tensor.getFloatBuffer();
                if (buffer.hasArray() && buffer.arrayOffset() == 0 && buffer.array().length == buffer.remaining()) {
                    return new FloatTensor(info.getShape(), buffer.array());
                }
                float[] data = new float[buffer.remaining()];
                buffer.get(data);
                return new FloatTensor(info.getShape(), data);
            }
            return new FloatTensor(info.getShape(), TypedValues.decode(tensor.getByteBuffer(), info.type));
        }
    }
}
