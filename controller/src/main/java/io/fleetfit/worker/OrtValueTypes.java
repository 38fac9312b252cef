package io.fleetfit.worker;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import com.google.protobuf.ByteString;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.onnx.Tensors;
import io.fleetfit.onnx.ValueType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Types of values by ONNX Runtime's own inference, without running and without copying the large weights. */
final class OrtValueTypes {
    /** Smaller tensors may be shapes, on whose values other shapes depend. */
    private static final int LARGEST_SHAPE = 1_024;

    private OrtValueTypes() {}

    static Map<String, ValueType> of(OrtEnvironment environment, ModelProto model) throws ModelRefused {
        ModelProto observed = OrtGraphRunner.withOutputs(withoutClaims(model), made(model.getGraph()));
        try {
            return load(environment, withoutWeights(observed));
        } catch (OrtException e) {
            // Some operators insist on constant weights.
            try {
                return load(environment, observed);
            } catch (OrtException e2) {
                throw ModelRunner.refused(e2);
            }
        }
    }

    /** What a file says of shapes in between and of outputs may be wrong; inputs are enforced when the graph runs. */
    private static ModelProto withoutClaims(ModelProto model) {
        ModelProto.Builder bare = model.toBuilder();
        bare.getGraphBuilder().clearValueInfo();
        for (ValueInfoProto.Builder output : bare.getGraphBuilder().getOutputBuilderList()) {
            if (output.getType().hasTensorType()) {
                output.getTypeBuilder().getTensorTypeBuilder().clearShape();
            }
        }
        return bare.build();
    }

    private static Set<String> made(GraphProto graph) {
        Set<String> names = new HashSet<>();
        graph.getNodeList().forEach(node -> names.addAll(node.getOutputList()));
        names.remove("");
        return names;
    }

    /** Large weights become inputs of the same type. */
    private static ModelProto withoutWeights(ModelProto model) {
        GraphProto.Builder graph = model.getGraph().toBuilder().clearInitializer();
        Set<String> declared = new HashSet<>();
        graph.getInputList().forEach(input -> declared.add(input.getName()));
        for (TensorProto tensor : model.getGraph().getInitializerList()) {
            if (Tensors.elements(tensor) <= LARGEST_SHAPE) {
                graph.addInitializer(tensor);
            } else if (!declared.contains(tensor.getName())) {
                graph.addInput(input(tensor));
            }
        }
        return model.toBuilder().setGraph(graph).build();
    }

    private static ValueInfoProto input(TensorProto tensor) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        tensor.getDimsList().forEach(dim -> shape.addDimBuilder().setDimValue(dim));
        return ValueInfoProto.newBuilder()
                .setName(tensor.getName())
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(tensor.getDataType())
                                .setShape(shape)))
                .build();
    }

    private static Map<String, ValueType> load(OrtEnvironment environment, ModelProto model) throws OrtException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT);
            try (OrtSession session = environment.createSession(model.toByteArray(), options)) {
                Map<String, ValueType> types = new HashMap<>();
                session.getInputInfo().forEach((name, info) -> put(types, name, info));
                session.getOutputInfo().forEach((name, info) -> put(types, name, info));
                return types;
            }
        }
    }

    private static void put(Map<String, ValueType> types, String name, NodeInfo node) {
        if (node.getInfo() instanceof TensorInfo info) {
            long[] shape = info.getShape();
            // ONNX Runtime shows an unknown rank as that of a scalar.
            types.put(
                    name,
                    new ValueType(
                            dataType(info.onnxType).getNumber(),
                            shape.length == 0
                                    ? null
                                    : Arrays.stream(shape).boxed().toList()));
        }
    }

    /** A value as it stands in files. */
    static TensorProto tensor(String name, OnnxTensor tensor) {
        ByteBuffer bytes = tensor.getByteBuffer().order(ByteOrder.nativeOrder());
        if (ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN) {
            throw new IllegalStateException("ONNX Runtime does not run on machines of big-endian byte order");
        }
        return TensorProto.newBuilder()
                .setName(name)
                .setDataType(dataType(tensor.getInfo().onnxType).getNumber())
                .addAllDims(Arrays.stream(tensor.getInfo().getShape()).boxed().toList())
                .setRawData(ByteString.copyFrom(bytes))
                .build();
    }

    private static TensorProto.DataType dataType(TensorInfo.OnnxTensorType type) {
        return TensorProto.DataType.valueOf(type.name().substring("ONNX_TENSOR_ELEMENT_DATA_TYPE_".length()));
    }
}
