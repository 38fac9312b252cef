package io.fleetfit.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import com.google.protobuf.ByteString;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Attributes of nodes: making, finding, removing. */
public final class Attributes {
    private Attributes() {}

    /** An integer. */
    public static AttributeProto ofInt(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value)
                .build();
    }

    /** A list of integers. */
    public static AttributeProto ofInts(String name, long... values) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INTS)
                .addAllInts(Arrays.stream(values).boxed().toList())
                .build();
    }

    /** A text. */
    public static AttributeProto ofText(String name, String value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.STRING)
                .setS(ByteString.copyFromUtf8(value))
                .build();
    }

    /** The attribute of that name. */
    public static Optional<AttributeProto> find(NodeProto node, String name) {
        return node.getAttributeList().stream()
                .filter(attribute -> attribute.getName().equals(name))
                .findFirst();
    }

    /** The list of integers of that name; empty if absent. */
    public static List<Long> ints(NodeProto node, String name) {
        return find(node, name).map(AttributeProto::getIntsList).orElse(List.of());
    }

    /** The text of that name, or what it is when absent. */
    public static String text(NodeProto node, String name, String absent) {
        return find(node, name)
                .map(attribute -> attribute.getS().toStringUtf8())
                .orElse(absent);
    }

    /** The node without these attributes. */
    public static NodeProto.Builder without(NodeProto node, String... names) {
        Set<String> gone = Set.of(names);
        return node.toBuilder()
                .clearAttribute()
                .addAllAttribute(node.getAttributeList().stream()
                        .filter(attribute -> !gone.contains(attribute.getName()))
                        .toList());
    }

    /** The node with this attribute in place of the one of the same name, if there was one. */
    public static NodeProto with(NodeProto node, AttributeProto attribute) {
        return without(node, attribute.getName()).addAttribute(attribute).build();
    }
}
