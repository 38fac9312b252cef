package io.fleetfit.compress;

import io.fleetfit.compress.lowrank.Factorize;
import io.fleetfit.compress.passes.BlockwiseWeights;
import io.fleetfit.compress.passes.ConstantsToInitializers;
import io.fleetfit.compress.passes.DropUnused;
import io.fleetfit.compress.passes.FoldBatchNormalization;
import io.fleetfit.compress.passes.FoldConstants;
import io.fleetfit.compress.passes.FoldScales;
import io.fleetfit.compress.passes.HalvePrecision;
import io.fleetfit.compress.passes.MergeBranches;
import io.fleetfit.compress.passes.PruneMagnitude;
import io.fleetfit.compress.passes.QuantizeDynamic;
import io.fleetfit.compress.passes.StoreAsHalves;
import io.fleetfit.compress.passes.StoreAsInt8;
import io.fleetfit.compress.passes.UpgradeOpset;
import io.fleetfit.compress.prune.PruneChannels;
import io.fleetfit.compress.quantize.EqualizeLayers;
import io.fleetfit.compress.quantize.QuantizeStatic;
import io.fleetfit.registry.Invalid;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/** Every pass that a recipe can name. */
public final class PassCatalog {
    private static final Map<String, Function<PassSettings, CompressionPass>> ALL = new TreeMap<>(Map.ofEntries(
            Map.entry("constants-to-initializers", settings -> new ConstantsToInitializers()),
            Map.entry("drop-unused", settings -> new DropUnused()),
            Map.entry("equalize-layers", settings -> new EqualizeLayers()),
            Map.entry("fold-batch-normalization", settings -> new FoldBatchNormalization()),
            Map.entry("fold-constants", FoldConstants::new),
            Map.entry("fold-scales", settings -> new FoldScales()),
            Map.entry("halve-precision", HalvePrecision::new),
            Map.entry("merge-branches", settings -> new MergeBranches()),
            Map.entry("prune-magnitude", PruneMagnitude::new),
            Map.entry("quantize-dynamic", settings -> new QuantizeDynamic()),
            Map.entry("weights-int4", settings -> new BlockwiseWeights(4, settings)),
            Map.entry("weights-int8", settings -> new BlockwiseWeights(8, settings)),
            Map.entry("quantize-static", QuantizeStatic::new),
            Map.entry("factorize", Factorize::new),
            Map.entry("prune-channels", PruneChannels::new),
            Map.entry("store-as-halves", settings -> new StoreAsHalves()),
            Map.entry("store-as-int8", StoreAsInt8::new),
            Map.entry("upgrade-opset", UpgradeOpset::new)));

    private PassCatalog() {}

    /** The names of all passes, in order. */
    public static Set<String> names() {
        return Collections.unmodifiableSet(ALL.keySet());
    }

    /**
     * The pass that a recipe asks for.
     *
     * @throws Invalid if there is no such pass, or a setting is unknown or out of its bounds
     */
    public static CompressionPass create(PassSpec spec) {
        Function<PassSettings, CompressionPass> factory = ALL.get(spec.name());
        if (factory == null) {
            throw new Invalid(
                    "there is no pass '" + spec.name() + "'",
                    "passes",
                    spec.name(),
                    "use some of " + new TreeSet<>(ALL.keySet()));
        }
        PassSettings settings = new PassSettings(spec);
        CompressionPass pass = factory.apply(settings);
        settings.requireAllRead();
        return pass;
    }
}
