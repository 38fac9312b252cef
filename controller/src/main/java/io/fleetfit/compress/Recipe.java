package io.fleetfit.compress;

import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.ExecutionSettings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A named list of passes.
 *
 * @param name also the name of the variant that it makes
 * @param description what it is good for, for people
 * @param precision of the weights of the result
 * @param target what kernels the result is made for
 * @param passes run in this order
 * @param settings how the result must be run
 * @param expandsWeights whether ONNX Runtime turns the weights into 32-bit floats when it loads the result
 * @param vary the setting that a search chooses; absent if there is none
 */
public record Recipe(
        String name,
        String description,
        String precision,
        Target target,
        List<PassSpec> passes,
        ExecutionSettings settings,
        boolean expandsWeights,
        @Nullable Variation vary) {
    public Recipe {
        passes = List.copyOf(passes);
        passes.forEach(PassCatalog::create);
    }

    /** A recipe without description and variation. */
    public Recipe(
            String name,
            String precision,
            Target target,
            List<PassSpec> passes,
            ExecutionSettings settings,
            boolean expandsWeights) {
        this(name, "", precision, target, passes, settings, expandsWeights, null);
    }

    /** The recipe with a value for the setting that it varies; itself if it varies none. */
    public Recipe with(double value) {
        if (vary == null) {
            return this;
        }
        List<PassSpec> chosen = new ArrayList<>();
        for (PassSpec pass : passes) {
            if (!pass.name().equals(vary.pass())) {
                chosen.add(pass);
                continue;
            }
            Map<String, Object> changed = new HashMap<>(pass.settings());
            changed.put(vary.setting(), Variation.plain(value));
            chosen.add(new PassSpec(pass.name(), changed));
        }
        return new Recipe(
                Variation.name(name, value), description, precision, target, chosen, settings, expandsWeights, null);
    }

    /** Tags of the variant that it makes: {@code kernels} names the kernels that it is right for, unless all are. */
    public Map<String, String> tags() {
        return target == Target.ANY ? Map.of() : Map.of("kernels", target.text());
    }

    /** Texts of the passes, as lineage has them. */
    public List<String> passTexts() {
        return passes.stream().map(PassSpec::text).toList();
    }

    /** What it does, whatever its name and description: equal digests make equal variants. */
    public Digest digest() {
        String text = String.join(
                "\n",
                precision,
                target.name(),
                String.join("\n", passTexts()),
                settings.provider(),
                String.valueOf(settings.threads()),
                new TreeMap<>(settings.sessionConfig()).toString(),
                String.valueOf(expandsWeights),
                String.valueOf(vary));
        return Digest.of(text.getBytes(StandardCharsets.UTF_8));
    }
}
