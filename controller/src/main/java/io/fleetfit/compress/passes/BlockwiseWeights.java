package io.fleetfit.compress.passes;

import ai.onnx.proto.OnnxMl.NodeProto;
import io.fleetfit.compress.CompressionPass;
import io.fleetfit.compress.Finding;
import io.fleetfit.compress.PassContext;
import io.fleetfit.compress.PassSettings;
import io.fleetfit.onnx.Attributes;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.Tensors;
import io.fleetfit.registry.Invalid;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Passes {@code weights-int8} and {@code weights-int4}: products keep their activations in floats and their weights in 8 or
 * 4 bits with a scale a block, and are computed from that by ONNX Runtime's MatMulNBits, without expanding the weights.
 * Settings: {@code block}, a power of two from 16 to 256 (32 if absent); {@code symmetric} (true), else with a zero point a
 * block; {@code accuracy}, the least precision of the activations inside the kernel: 0 as the kernel likes, 1 to 4 for 32-bit
 * float, 16-bit float, bfloat16, int8 (0).
 */
public final class BlockwiseWeights implements CompressionPass {
    private static final String DOMAIN = "com.microsoft";

    private final int bits;
    private final int block;
    private final boolean symmetric;
    private final int accuracy;

    private record Stored(String values, String scales, String zeroPoints) {}

    /** Reads the settings. */
    public BlockwiseWeights(int bits, PassSettings settings) {
        this.bits = bits;
        block = settings.integer("block", 32, 16, 256);
        symmetric = settings.flag("symmetric", true);
        accuracy = settings.integer("accuracy", 0, 0, 4);
        if (Integer.bitCount(block) != 1) {
            throw new Invalid(
                    "a block must be a power of two",
                    "passes." + name() + ".block",
                    block,
                    "use 16, 32, 64, 128 or 256");
        }
    }

    @Override
    public String name() {
        return "weights-int" + bits;
    }

    @Override
    public void apply(GraphEditor graph, PassContext context) {
        Map<String, Stored> done = new HashMap<>();
        List<NodeProto> nodes = new ArrayList<>();
        Set<String> replaced = new HashSet<>();
        for (NodeProto node : List.copyOf(graph.nodes())) {
            if (Product.isOther(graph, node)) {
                context.findings()
                        .accept(new Finding(
                                name(),
                                node.getOutput(0),
                                "the weights of " + node.getOpType() + " stay: not one matrix on the right"));
            }
            Product.of(graph, node)
                    .ifPresentOrElse(
                            product -> {
                                replace(graph, product, done, nodes);
                                replaced.add(product.weight());
                            },
                            () -> nodes.add(node));
        }
        if (!done.isEmpty()) {
            graph.nodes().clear();
            graph.nodes().addAll(nodes);
            graph.opset(DOMAIN, 1);
        }
        StoredWeights.removeUnused(graph, replaced);
    }

    private void replace(GraphEditor graph, Product product, Map<String, Stored> done, List<NodeProto> nodes) {
        Stored stored = done.computeIfAbsent(product.key(), key -> store(graph, product));
        NodeProto old = product.node();
        String output = product.bias().isEmpty() ? old.getOutput(0) : graph.freshName(old.getOutput(0) + "_product");
        NodeProto.Builder node = NodeProto.newBuilder()
                .setOpType("MatMulNBits")
                .setDomain(DOMAIN)
                .setName(old.getName())
                .addInput(old.getInput(0))
                .addInput(stored.values())
                .addInput(stored.scales())
                .addOutput(output)
                .addAttribute(Attributes.ofInt("K", product.inner()))
                .addAttribute(Attributes.ofInt("N", product.outer()))
                .addAttribute(Attributes.ofInt("bits", bits))
                .addAttribute(Attributes.ofInt("block_size", block))
                .addAttribute(Attributes.ofInt("accuracy_level", accuracy));
        if (!symmetric) {
            node.addInput(stored.zeroPoints());
        }
        nodes.add(node.build());
        if (!product.bias().isEmpty()) {
            nodes.add(NodeProto.newBuilder()
                    .setOpType("Add")
                    .setName(old.getOutput(0) + "_bias")
                    .addInput(output)
                    .addInput(product.bias())
                    .addOutput(old.getOutput(0))
                    .build());
        }
    }

    private Stored store(GraphEditor graph, Product product) {
        BlockQuantizer quantized =
                new BlockQuantizer(product.columns(graph), product.outer(), product.inner(), bits, block, symmetric);
        long columns = product.outer();
        String values = graph.freshName(product.weight() + "_int" + bits);
        String scales = graph.freshName(product.weight() + "_scales");
        graph.put(Tensors.ofUnsignedBytes(
                values, Arrays.stream(quantized.dims()).boxed().toList(), quantized.values()));
        graph.put(Tensors.ofFloats(scales, List.of(columns * quantized.blocks()), quantized.scales()));
        String zeroPoints = "";
        if (!symmetric) {
            zeroPoints = graph.freshName(product.weight() + "_zeros");
            graph.put(Tensors.ofUnsignedBytes(
                    zeroPoints, List.of(columns * quantized.packedBlocks()), quantized.zeroPoints()));
        }
        return new Stored(values, scales, zeroPoints);
    }
}
