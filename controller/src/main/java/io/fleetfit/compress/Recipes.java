package io.fleetfit.compress;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The recipes that Fleetfit brings, as YAML beside this class; {@code index.txt} lists them, best quality first. */
public final class Recipes {
    /** As uploaded, with constants gathered and batch normalisation folded into convolutions. */
    public static final String FP32 = "fp32";

    /** Weights stored as 16-bit floats, computed in 32 bits: half the size, the same speed. */
    public static final String FP16_STORAGE = "fp16-storage";

    /** Weights stored as 8-bit integers with a scale a channel, computed in 32 bits: a quarter of the size. */
    public static final String INT8_WEIGHTS = "int8-weights";

    /** Made at every import unless others are asked for: they need no data and are right for every model. */
    private static final List<String> ON_IMPORT = List.of(FP32, FP16_STORAGE, INT8_WEIGHTS);

    private static final Map<String, String> TEXTS = load();

    private static final Map<String, Recipe> ALL = read(TEXTS);

    private Recipes() {}

    private static Map<String, String> load() {
        Map<String, String> texts = new LinkedHashMap<>();
        text("index.txt")
                .lines()
                .filter(line -> !line.isBlank())
                .forEach(name -> texts.put(name, text(name + ".yaml")));
        return texts;
    }

    private static String text(String file) {
        try (InputStream in = Objects.requireNonNull(Recipes.class.getResourceAsStream("recipes/" + file), file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Recipe> read(Map<String, String> texts) {
        Map<String, Recipe> recipes = new LinkedHashMap<>();
        texts.forEach((name, text) -> recipes.put(name, RecipeReader.read(text)));
        return recipes;
    }

    /** The recipe of that name. */
    public static Optional<Recipe> find(String name) {
        return Optional.ofNullable(ALL.get(name));
    }

    /** The YAML of a recipe. */
    static Optional<String> yaml(String name) {
        return Optional.ofNullable(TEXTS.get(name));
    }

    /** The names, best quality first. */
    public static List<String> names() {
        return List.copyOf(ALL.keySet());
    }

    /** Names of the recipes that an import makes unless told otherwise. */
    public static List<String> onImport() {
        return ON_IMPORT;
    }
}
