package io.fleetfit.compress;

import io.fleetfit.protocol.ExecutionSettings;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The recipes that Fleetfit brings. */
public final class Recipes {
    /** As uploaded, with constants gathered and batch normalisation folded into convolutions. */
    public static final String FP32 = "fp32";

    /** Weights stored as 16-bit floats, computed in 32 bits: half the size, the same speed. */
    public static final String FP16_STORAGE = "fp16-storage";

    /** Weights stored as 8-bit integers with a scale a channel, computed in 32 bits: a quarter of the size. */
    public static final String INT8_WEIGHTS = "int8-weights";

    private static final List<PassSpec> CLEAN = List.of(
            PassSpec.of("constants-to-initializers"),
            PassSpec.of("fold-batch-normalization"),
            PassSpec.of("drop-unused"));

    private static final List<Recipe> ALL = List.of(
            new Recipe(FP32, "fp32", Target.ANY, CLEAN, ExecutionSettings.cpu(), false),
            new Recipe(
                    FP16_STORAGE, "fp16-storage", Target.ANY, with("store-as-halves"), ExecutionSettings.cpu(), true),
            new Recipe(INT8_WEIGHTS, "int8-weights", Target.ANY, with("store-as-int8"), ExecutionSettings.cpu(), true));

    private Recipes() {}

    private static List<PassSpec> with(String last) {
        return Stream.concat(CLEAN.stream(), Stream.of(PassSpec.of(last))).toList();
    }

    /** The recipe of that name. */
    public static Optional<Recipe> find(String name) {
        return ALL.stream().filter(recipe -> recipe.name().equals(name)).findFirst();
    }

    /** The names, best quality first. */
    public static List<String> names() {
        return ALL.stream().map(Recipe::name).toList();
    }
}
