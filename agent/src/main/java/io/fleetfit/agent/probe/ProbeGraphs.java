package io.fleetfit.agent.probe;

import io.fleetfit.agent.onnx.OnnxGraph;
import io.fleetfit.agent.onnx.OnnxGraph.Attribute;
import io.fleetfit.agent.onnx.OnnxGraph.Element;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The graphs of the micro-benchmark: each a short chain of one kind of operator at a size as small networks have it, so
 * that neither the first and last rearrangement of memory nor the calls themselves weigh much.
 */
final class ProbeGraphs {
    private static final int OPSET = 13;
    private static final int CHAIN = 4;
    private static final int NODES = 64;
    private static final long SIDE = 28;
    private static final long ROWS = 16;
    private static final long COLUMNS = 256;
    private static final long ELEMENTS = 200_704;
    private static final long COPY_ELEMENTS = 524_288;

    private final boolean signedActivations;

    /**
     * Graphs for an instruction set.
     *
     * @param arch as {@code uname -m} says it: Arm multiplies signed by signed bytes, x86 unsigned by signed
     */
    ProbeGraphs(String arch) {
        this.signedActivations = arch.equals("aarch64");
    }

    /** All cases in a fixed order, the most telling first; both ends count them by number. */
    List<ProbeCase> cases(boolean halves) {
        List<ProbeCase> cases = new ArrayList<>();
        for (String precision : halves ? List.of("fp32", "int8", "fp16") : List.of("fp32", "int8")) {
            cases.add(convolution("conv-1x1", precision, 96, 96, 1, 1));
            cases.add(convolution("conv-3x3", precision, 32, 32, 3, 1));
            cases.add(convolution("conv-depthwise", precision, 128, 128, 3, 128));
            cases.add(convolution("conv-grouped", precision, 64, 64, 3, 4));
            cases.add(product(precision));
        }
        cases.add(elementWise());
        cases.add(copy());
        cases.add(dispatch());
        return cases;
    }

    private ProbeCase convolution(String name, String precision, long in, long out, long kernel, long groups) {
        double macs = (double) (CHAIN * out * (in / groups) * kernel * kernel * SIDE * SIDE);
        long[] shape = {1, in, SIDE, SIDE};
        long[] weights = {out, in / groups, kernel, kernel};
        Attribute[] attributes = {
            Attribute.of("pads", kernel / 2, kernel / 2, kernel / 2, kernel / 2), Attribute.of("group", groups)
        };
        return new ProbeCase(
                name, precision, "GMAC/s", macs / 1e9, () -> chain("Conv", precision, shape, weights, attributes));
    }

    private ProbeCase product(String precision) {
        double macs = (double) CHAIN * ROWS * COLUMNS * COLUMNS;
        return new ProbeCase(
                "gemm",
                precision,
                "GMAC/s",
                macs / 1e9,
                () -> chain("MatMul", precision, new long[] {ROWS, COLUMNS}, new long[] {COLUMNS, COLUMNS}));
    }

    private byte[] chain(String operator, String precision, long[] shape, long[] weights, Attribute... attributes) {
        OnnxGraph graph = new OnnxGraph().input("x", Element.FLOAT, shape).output("y", Element.FLOAT, shape);
        return switch (precision) {
            case "int8" -> quantized(graph, operator, weights, attributes);
            case "fp16" -> halves(graph, operator, weights, attributes);
            default -> floats(graph, operator, weights, attributes);
        };
    }

    private static byte[] floats(OnnxGraph graph, String operator, long[] weights, Attribute... attributes) {
        Random random = new Random(1);
        String from = "x";
        for (int i = 0; i < CHAIN; i++) {
            String to = i == CHAIN - 1 ? "y" : "t" + i;
            graph.floats("w" + i, k -> random.nextGaussian() * 0.05, weights)
                    .node(operator, List.of(from, "w" + i), to, attributes);
            from = to;
        }
        return graph.model(OPSET);
    }

    private static byte[] halves(OnnxGraph graph, String operator, long[] weights, Attribute... attributes) {
        Random random = new Random(1);
        graph.node("Cast", List.of("x"), "h", Attribute.of("to", 10));
        String from = "h";
        for (int i = 0; i < CHAIN; i++) {
            graph.floats("f" + i, k -> random.nextGaussian() * 0.05, weights)
                    .node("Cast", List.of("f" + i), "w" + i, Attribute.of("to", 10))
                    .node(operator, List.of(from, "w" + i), "t" + i, attributes);
            from = "t" + i;
        }
        return graph.node("Cast", List.of(from), "y", Attribute.of("to", 1)).model(OPSET);
    }

    /** Quantised in the form that ONNX Runtime fuses: dequantise, operator, quantise. */
    private byte[] quantized(OnnxGraph graph, String operator, long[] weights, Attribute... attributes) {
        Random random = new Random(1);
        Element activations = signedActivations ? Element.INT8 : Element.UINT8;
        graph.floats("scale", k -> 0.05)
                .floats("weightScale", k -> 0.01)
                .bytes("zero", activations, k -> signedActivations ? 0 : 128)
                .bytes("weightZero", Element.INT8, k -> 0)
                .node("QuantizeLinear", List.of("x", "scale", "zero"), "q");
        String from = "q";
        for (int i = 0; i < CHAIN; i++) {
            graph.bytes("w" + i, Element.INT8, k -> random.nextInt(255) - 127, weights)
                    .node("DequantizeLinear", List.of("w" + i, "weightScale", "weightZero"), "dw" + i)
                    .node("DequantizeLinear", List.of(from, "scale", "zero"), "d" + i)
                    .node(operator, List.of("d" + i, "dw" + i), "t" + i, attributes)
                    .node("QuantizeLinear", List.of("t" + i, "scale", "zero"), "q" + i);
            from = "q" + i;
        }
        return graph.node("DequantizeLinear", List.of(from, "scale", "zero"), "y")
                .model(OPSET);
    }

    private static ProbeCase elementWise() {
        return new ProbeCase("element-wise", "fp32", "Gelement/s", (double) (CHAIN * ELEMENTS) / 1e9, () -> {
            OnnxGraph graph = new OnnxGraph()
                    .input("x", Element.FLOAT, ELEMENTS)
                    .output("y", Element.FLOAT, ELEMENTS)
                    .floats("w", i -> 1 + i % 3, ELEMENTS);
            String from = "x";
            for (int i = 0; i < CHAIN; i++) {
                String to = i == CHAIN - 1 ? "y" : "t" + i;
                graph.node(i % 2 == 0 ? "Mul" : "Add", List.of(from, "w"), to);
                from = to;
            }
            return graph.model(OPSET);
        });
    }

    /** Two tensors laid behind each other: each byte is read and written once. */
    private static ProbeCase copy() {
        double bytes = 2.0 * 2 * COPY_ELEMENTS * Float.BYTES;
        return new ProbeCase("memory-copy", "fp32", "GB/s", bytes / 1e9, () -> new OnnxGraph()
                .input("x", Element.FLOAT, COPY_ELEMENTS)
                .output("y", Element.FLOAT, 2 * COPY_ELEMENTS)
                .node("Concat", List.of("x", "x"), "y", Attribute.of("axis", 0))
                .model(OPSET));
    }

    private static ProbeCase dispatch() {
        return new ProbeCase("dispatch", "fp32", ProbeCase.PER_NODE, NODES, () -> {
            OnnxGraph graph = new OnnxGraph().input("x", Element.FLOAT, 1).output("y", Element.FLOAT, 1);
            String from = "x";
            for (int i = 0; i < NODES; i++) {
                String to = i == NODES - 1 ? "y" : "t" + i;
                graph.node("Cos", List.of(from), to);
                from = to;
            }
            return graph.model(OPSET);
        });
    }
}
