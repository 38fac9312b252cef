package io.fleetfit.compress;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

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
    SYMMETRIC;

    /** Names that Linux gives the x86 features whose kernels add 8-bit products without saturation. */
    private static final Set<String> VNNI = Set.of("avx512_vnni", "avx_vnni");

    /** Lower case with hyphens, as recipes and commands write it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The constant of a text. */
    public static Optional<Target> of(String text) {
        return Arrays.stream(values())
                .filter(target -> target.text().equals(text))
                .findFirst();
    }

    /** All texts. */
    public static List<String> texts() {
        return Arrays.stream(values()).map(Target::text).toList();
    }

    /**
     * What kernels a class of devices runs. An accelerator decides, since quantized models are made for it; else the
     * instruction set.
     *
     * @param arch {@code aarch64}, {@code armv7l}, {@code x86_64}, …
     * @param isaFeatures lower-case feature names as Linux gives them
     * @param accelerators names of accelerators
     */
    public static Target forDevice(String arch, Collection<String> isaFeatures, List<String> accelerators) {
        if (!accelerators.isEmpty()) {
            return SYMMETRIC;
        }
        if (arch.equals("aarch64") || arch.startsWith("arm")) {
            return ARM;
        }
        if (arch.equals("x86_64") || arch.equals("amd64")) {
            return isaFeatures.stream().anyMatch(VNNI::contains) ? X86_VNNI : X86;
        }
        return ANY;
    }

    /** Whether a variant made for {@code this} is right and meant for devices of {@code device}. */
    public boolean suits(Target device) {
        return this == ANY || this == device;
    }
}
