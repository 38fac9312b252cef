package io.fleetfit.deploy.simulate;

import io.fleetfit.onnx.GraphSummary;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.registry.Model;
import io.fleetfit.registry.ModelVersion;
import io.fleetfit.registry.Quality;
import io.fleetfit.registry.RegistryStore;
import io.fleetfit.registry.Variant;
import io.fleetfit.registry.VariantRef;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A registry in memory with one model, of which the fit asks versions and variants and nothing else. */
final class MemoryRegistry {
    static final String MODEL = "net";
    static final ModelContract CONTRACT =
            new ModelContract(ModelContract.Task.TENSOR, List.of(), List.of(), null, false, List.of(), "top1");

    private final List<Variant> variants = new ArrayList<>();

    /** Adds a variant; the first of a version is the best. */
    void add(String version, String name, SimBlobs.Blob blob, double quality) {
        variants.add(new Variant(
                new VariantRef(MODEL, version, name),
                blob.ref().blob(),
                blob.bytes().length,
                "fp32",
                List.of(),
                null,
                "fp32",
                ExecutionSettings.cpu(),
                new GraphSummary(
                        Map.of("", 13), Set.of("Mul"), List.of(), List.of(), 1, 4, 4, Map.of(), 1, 1, 1, false),
                new Quality("top1", quality, 1_000),
                Map.of(),
                VirtualTime.START));
    }

    Variant variant(VariantRef ref) {
        return variants.stream()
                .filter(it -> it.ref().equals(ref))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no variant " + ref));
    }

    /** The registry as the fit sees it; whatever else is asked is an error. */
    RegistryStore asStore() {
        return (RegistryStore) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {RegistryStore.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "model" -> Optional.of(new Model(MODEL, CONTRACT, Map.of(), VirtualTime.START));
                    case "aliases" -> Map.of();
                    case "version" ->
                        Optional.of(new ModelVersion(
                                MODEL,
                                String.valueOf(arguments[1]),
                                Digest.of(new byte[0]),
                                Map.of(),
                                VirtualTime.START));
                    case "variants" ->
                        variants.stream()
                                .filter(it -> it.ref().version().equals(arguments[1]))
                                .toList();
                    case "measurements" -> List.of();
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }
}
