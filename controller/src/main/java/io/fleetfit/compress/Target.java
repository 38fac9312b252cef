package io.fleetfit.compress;

/** What kernels a variant is made for: quantized forms that are fast on one are slow or wrong on another. */
public enum Target {
    /** Any device: forms that are right everywhere. */
    ANY,
    /** ARM with or without dot products: signed activations, signed weights (S8S8). */
    ARM,
    /** x86-64 with VNNI: unsigned activations, signed weights (U8S8). */
    X86_VNNI,
    /** x86-64 without VNNI: U8S8 sums saturate in 16 bits, so weights keep to 7 bits. */
    X86,
    /** TensorRT and NNAPI: symmetric activations and weights (S8S8, zero point 0). */
    SYMMETRIC
}
