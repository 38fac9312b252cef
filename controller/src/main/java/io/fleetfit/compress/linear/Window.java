package io.fleetfit.compress.linear;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The part of a picture that one output element of a convolution sees (ONNX, operator {@code Conv}). A convolution over one
 * dimension is one over pictures of height 1.
 *
 * @param height rows of the kernel
 * @param width columns of the kernel
 * @param strideY rows between neighbouring windows
 * @param strideX columns between neighbouring windows
 * @param dilationY rows between neighbouring elements of the kernel
 * @param dilationX columns between neighbouring elements of the kernel
 * @param top rows of zeros above the picture, if {@code padding} is explicit
 * @param left columns of zeros before the picture, likewise
 * @param bottom rows of zeros below the picture, likewise
 * @param right columns of zeros after the picture, likewise
 * @param padding how the zeros around the picture are counted
 */
public record Window(
        int height,
        int width,
        int strideY,
        int strideX,
        int dilationY,
        int dilationX,
        int top,
        int left,
        int bottom,
        int right,
        Padding padding) {
    /** A matrix product's: one element. */
    public static final Window ONE = new Window(1, 1, 1, 1, 1, 1, 0, 0, 0, 0, Padding.EXPLICIT);

    /** How the zeros around a picture are counted. */
    public enum Padding {
        /** As the attribute {@code pads} says; also {@code auto_pad} VALID, which has none. */
        EXPLICIT,
        /** As many that the output is the input by the stride, an odd one at the end. */
        SAME_UPPER,
        /** The same, an odd one at the beginning. */
        SAME_LOWER
    }

    /** The window of a convolution whose kernel has one or two dimensions. */
    static Window of(NodeProto node, List<Long> kernel) {
        boolean flat = kernel.size() == 1;
        List<Long> strides = sides(node, "strides", flat);
        List<Long> dilations = sides(node, "dilations", flat);
        String auto = text(node, "auto_pad");
        List<Long> pads = auto.isEmpty() || auto.equals("NOTSET") ? ints(node, "pads") : List.of();
        if (pads.isEmpty()) {
            pads = Collections.nCopies(kernel.size() * 2, 0L);
        }
        Padding padding =
                switch (auto) {
                    case "SAME_UPPER" -> Padding.SAME_UPPER;
                    case "SAME_LOWER" -> Padding.SAME_LOWER;
                    default -> Padding.EXPLICIT;
                };
        return new Window(
                flat ? 1 : kernel.get(0).intValue(),
                kernel.get(kernel.size() - 1).intValue(),
                strides.get(0).intValue(),
                strides.get(1).intValue(),
                dilations.get(0).intValue(),
                dilations.get(1).intValue(),
                flat ? 0 : pads.get(0).intValue(),
                pads.get(flat ? 0 : 1).intValue(),
                flat ? 0 : pads.get(2).intValue(),
                pads.get(flat ? 1 : 3).intValue(),
                padding);
    }

    private static List<Long> sides(NodeProto node, String name, boolean flat) {
        List<Long> values = new ArrayList<>(ints(node, name));
        while (values.size() < 2) {
            values.add(0, 1L);
        }
        return flat && ints(node, name).size() == 1
                ? List.of(1L, ints(node, name).get(0))
                : values;
    }

    /** The integers of an attribute; empty if it is absent. */
    public static List<Long> ints(NodeProto node, String name) {
        return node.getAttributeList().stream()
                .filter(attribute -> attribute.getName().equals(name))
                .findFirst()
                .map(AttributeProto::getIntsList)
                .orElse(List.of());
    }

    private static String text(NodeProto node, String name) {
        return node.getAttributeList().stream()
                .filter(attribute -> attribute.getName().equals(name))
                .findFirst()
                .map(attribute -> attribute.getS().toStringUtf8())
                .orElse("");
    }

    /** Elements of the kernel. */
    public int size() {
        return height * width;
    }

    /** Rows of the output for a picture of {@code rows} rows. */
    public int outputRows(int rows) {
        return output(rows, height, strideY, dilationY, top + bottom);
    }

    /** Columns of the output for a picture of {@code columns} columns. */
    public int outputColumns(int columns) {
        return output(columns, width, strideX, dilationX, left + right);
    }

    private int output(int side, int kernel, int stride, int dilation, int zeros) {
        return padding == Padding.EXPLICIT
                ? (side + zeros - (kernel - 1) * dilation - 1) / stride + 1
                : (side + stride - 1) / stride;
    }

    /** Rows of zeros above a picture of {@code rows} rows. */
    int topOf(int rows) {
        return before(rows, height, strideY, dilationY, top);
    }

    /** Columns of zeros before a picture of {@code columns} columns. */
    int leftOf(int columns) {
        return before(columns, width, strideX, dilationX, left);
    }

    private int before(int side, int kernel, int stride, int dilation, int explicit) {
        if (padding == Padding.EXPLICIT) {
            return explicit;
        }
        int outputs = (side + stride - 1) / stride;
        int zeros = Math.max(0, (outputs - 1) * stride + (kernel - 1) * dilation + 1 - side);
        return padding == Padding.SAME_UPPER ? zeros / 2 : zeros - zeros / 2;
    }
}
