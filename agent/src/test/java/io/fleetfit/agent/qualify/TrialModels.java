package io.fleetfit.agent.qualify;

import io.fleetfit.agent.onnx.OnnxGraph;
import io.fleetfit.agent.onnx.OnnxGraph.Attribute;
import io.fleetfit.agent.onnx.OnnxGraph.Element;
import io.fleetfit.protocol.Golden;
import io.fleetfit.protocol.TensorSpec;
import java.util.List;
import java.util.Random;

/** Models that behave, and models that do not; each takes one float {@code x} of shape [8] and gives {@code y}. */
public final class TrialModels {
    private static final int OPSET = 13;

    private TrialModels() {}

    public static List<TensorSpec> inputs() {
        return List.of(new TensorSpec("x", "FP32", List.of(8L)));
    }

    public static List<TensorSpec> outputs() {
        return List.of(new TensorSpec("y", "FP32", List.of(8L)));
    }

    private static OnnxGraph graph() {
        return new OnnxGraph().input("x", Element.FLOAT, 8).output("y", Element.FLOAT, 8);
    }

    /** {@code y = x · w}; the weights come from the seed, one of them perhaps turned round. */
    public static byte[] product(boolean flipped) {
        Random random = new Random(5);
        double[] weights = random.doubles(64, -1, 1).toArray();
        weights[9] = flipped ? -weights[9] : weights[9];
        return graph().floats("w", i -> weights[i], 8, 8)
                .node("MatMul", List.of("x", "w"), "y")
                .model(OPSET);
    }

    /** Takes 2 GiB and more in steps when it runs: each product doubles both sides. */
    public static byte[] memoryEater() {
        return graph().longs("shape", new long[] {1L << 15, 1L << 14}, 2)
                .node("ConstantOfShape", List.of("shape"), "huge")
                .node("Cos", List.of("huge"), "waves")
                .node("Add", List.of("waves", "waves"), "twice")
                .node("ReduceMax", List.of("twice"), "most", Attribute.of("keepdims", 0))
                .node("Add", List.of("x", "most"), "y")
                .model(OPSET);
    }

    /** A loop that runs as good as for ever. */
    public static byte[] endless() {
        OnnxGraph body = new OnnxGraph()
                .input("i", Element.INT64)
                .input("go", Element.BOOL)
                .input("state", Element.FLOAT, 8)
                .output("still", Element.BOOL)
                .output("next", Element.FLOAT, 8)
                .node("Identity", List.of("go"), "still")
                .node("Cos", List.of("state"), "next");
        return graph().longs("count", new long[] {Long.MAX_VALUE})
                .bytes("true", Element.BOOL, i -> 1)
                .node("Loop", List.of("count", "true", "x"), "y", Attribute.of("body", body))
                .model(OPSET);
    }

    /** The square root of what is below nothing. */
    public static byte[] notANumber() {
        return graph().floats("low", i -> -9, 8)
                .node("Add", List.of("x", "low"), "below")
                .node("Sqrt", List.of("below"), "y")
                .model(OPSET);
    }

    /** As many products of 512 × 512 as told, one after the other. */
    public static byte[] slow(int products) {
        OnnxGraph graph = graph().floats("w", i -> i % 513 == 0 ? 1 : 0, 512, 512)
                .longs("shape", new long[] {512, 512}, 2)
                .floats("eight", i -> 0.125, 8)
                .node("Mul", List.of("x", "eight"), "x0")
                .node("ReduceMean", List.of("x0"), "mean", Attribute.of("keepdims", 0))
                .node("Expand", List.of("mean", "shape"), "m0");
        for (int i = 0; i < products; i++) {
            graph.node("MatMul", List.of("m" + i, "w"), "m" + (i + 1));
        }
        return graph.node("ReduceMax", List.of("m" + products), "most", Attribute.of("keepdims", 0))
                .node("Add", List.of("x", "most"), "y")
                .model(OPSET);
    }

    /**
     * A loop whose length depends on the input: next to none for the mean of inputs between 0 and 1 whose first element is
     * below 0.999, a few ten thousand turns when the first element is 1.
     */
    public static byte[] slowForLargeInputs() {
        OnnxGraph body = new OnnxGraph()
                .input("i", Element.INT64)
                .input("go", Element.BOOL)
                .input("state", Element.FLOAT, 8)
                .output("still", Element.BOOL)
                .output("next", Element.FLOAT, 8)
                .node("Identity", List.of("go"), "still")
                .node("Cos", List.of("state"), "next");
        return graph().longs("zero", new long[] {0}, 1)
                .floats("turns", i -> 50_000)
                .bytes("true", Element.BOOL, i -> 1)
                .node("Gather", List.of("x", "zero"), "first")
                .node("Floor", List.of("first"), "whole")
                .node("Mul", List.of("whole", "turns"), "many")
                .node("ReduceMax", List.of("many"), "most", Attribute.of("keepdims", 0))
                .node("Cast", List.of("most"), "count", Attribute.of("to", 7))
                .node("Loop", List.of("count", "true", "x"), "y", Attribute.of("body", body))
                .model(OPSET);
    }

    /** Golden inputs with outputs that a run gave. */
    public static Golden golden(List<Double> outputs) {
        return new Golden(
                List.of(new Golden.GoldenCase(
                        List.of(new Golden.GoldenInput("x", "FP32", List.of(8L), 3, 1, -1, 1)),
                        List.of(new Golden.GoldenOutput("y", List.of(8L), outputs)))),
                1e-5,
                1e-3);
    }
}
