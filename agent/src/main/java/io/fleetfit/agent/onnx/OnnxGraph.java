package io.fleetfit.agent.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/**
 * A graph in the making, written as the ONNX protobuf (onnx.proto, IR version 7): inputs, outputs, initializers, nodes.
 * Only what the agent's own graphs need.
 */
public final class OnnxGraph {
    private static final int IR_VERSION = 7;

    /** Element types, with their numbers in {@code TensorProto.DataType}. */
    public enum Element {
        FLOAT(1),
        UINT8(2),
        INT8(3),
        INT32(6),
        INT64(7),
        BOOL(9),
        FLOAT16(10);

        private final int number;

        Element(int number) {
            this.number = number;
        }
    }

    /** An attribute of a node. */
    public static final class Attribute {
        private static final int INT = 2;
        private static final int GRAPH = 5;
        private static final int INTS = 7;

        private final ProtoBytes proto;

        private Attribute(ProtoBytes proto) {
            this.proto = proto;
        }

        /** A whole number. */
        public static Attribute of(String name, long value) {
            return new Attribute(new ProtoBytes().text(1, name).number(3, value).number(20, INT));
        }

        /** Whole numbers. */
        public static Attribute of(String name, long... values) {
            ProtoBytes proto = new ProtoBytes().text(1, name);
            for (long value : values) {
                proto.number(8, value);
            }
            return new Attribute(proto.number(20, INTS));
        }

        /** A graph inside the node, as the body of a loop. */
        public static Attribute of(String name, OnnxGraph body) {
            return new Attribute(new ProtoBytes()
                    .text(1, name)
                    .message(6, body.graph("body"))
                    .number(20, GRAPH));
        }
    }

    private final List<ProtoBytes> nodes = new ArrayList<>();
    private final List<ProtoBytes> initializers = new ArrayList<>();
    private final List<ProtoBytes> inputs = new ArrayList<>();
    private final List<ProtoBytes> outputs = new ArrayList<>();

    /** Declares an input. */
    public OnnxGraph input(String name, Element type, long... shape) {
        inputs.add(value(name, type, shape));
        return this;
    }

    /** Declares an output. */
    public OnnxGraph output(String name, Element type, long... shape) {
        outputs.add(value(name, type, shape));
        return this;
    }

    private static ProtoBytes value(String name, Element type, long[] shape) {
        ProtoBytes dimensions = new ProtoBytes();
        for (long dimension : shape) {
            dimensions.message(1, new ProtoBytes().number(1, dimension));
        }
        ProtoBytes tensor = new ProtoBytes().number(1, type.number).message(2, dimensions);
        return new ProtoBytes().text(1, name).message(2, new ProtoBytes().message(1, tensor));
    }

    /** Adds a constant tensor of 32-bit floats; each element by its flat index. */
    public OnnxGraph floats(String name, IntToDoubleFunction values, long... shape) {
        ByteBuffer data = data(shape, Float.BYTES);
        for (int i = 0; data.hasRemaining(); i++) {
            data.putFloat((float) values.applyAsDouble(i));
        }
        return constant(name, Element.FLOAT, data, shape);
    }

    /** Adds a constant tensor of bytes ({@code UINT8}, {@code INT8}, {@code BOOL}). */
    public OnnxGraph bytes(String name, Element type, IntToDoubleFunction values, long... shape) {
        ByteBuffer data = data(shape, 1);
        for (int i = 0; data.hasRemaining(); i++) {
            data.put((byte) (int) values.applyAsDouble(i));
        }
        return constant(name, type, data, shape);
    }

    /** Adds a constant tensor of 64-bit integers. */
    public OnnxGraph longs(String name, long[] values, long... shape) {
        ByteBuffer data = data(shape, Long.BYTES);
        for (long value : values) {
            data.putLong(value);
        }
        return constant(name, Element.INT64, data, shape);
    }

    private static ByteBuffer data(long[] shape, int width) {
        long elements = 1;
        for (long dimension : shape) {
            elements *= dimension;
        }
        return ByteBuffer.allocate(Math.toIntExact(elements * width)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private OnnxGraph constant(String name, Element type, ByteBuffer data, long[] shape) {
        byte[] raw = new byte[data.flip().remaining()];
        data.get(raw);
        ProtoBytes tensor = new ProtoBytes();
        for (long dimension : shape) {
            tensor.number(1, dimension);
        }
        initializers.add(tensor.number(2, type.number).text(8, name).raw(9, raw));
        return this;
    }

    /** Adds a node with one output. */
    public OnnxGraph node(String operator, List<String> from, String to, Attribute... attributes) {
        ProtoBytes node = new ProtoBytes();
        from.forEach(input -> node.text(1, input));
        node.text(2, to).text(3, to).text(4, operator);
        for (Attribute attribute : attributes) {
            node.message(5, attribute.proto);
        }
        nodes.add(node);
        return this;
    }

    /** The whole model for this version of the default operator set. */
    public byte[] model(int opset) {
        return new ProtoBytes()
                .number(1, IR_VERSION)
                .text(2, "fleetfit-agent")
                .message(7, graph("graph"))
                .message(8, new ProtoBytes().text(1, "").number(2, opset))
                .toByteArray();
    }

    private ProtoBytes graph(String name) {
        ProtoBytes graph = new ProtoBytes();
        nodes.forEach(node -> graph.message(1, node));
        graph.text(2, name);
        initializers.forEach(tensor -> graph.message(5, tensor));
        inputs.forEach(value -> graph.message(11, value));
        outputs.forEach(value -> graph.message(12, value));
        return graph;
    }
}
