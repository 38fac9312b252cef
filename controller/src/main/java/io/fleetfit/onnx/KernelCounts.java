package io.fleetfit.onnx;

/**
 * A graph as a runtime executes it that fuses activations, additions and quantisation into the products before them.
 *
 * @param products kernels that compute products: convolutions, matrix products, recurrent cells, with what is fused in
 * @param others all other kernels
 * @param trafficElements activation elements that kernels read and write; weights left out
 * @param elementwiseElements activation elements that kernels without products write
 */
public record KernelCounts(int products, int others, long trafficElements, long elementwiseElements) {}
