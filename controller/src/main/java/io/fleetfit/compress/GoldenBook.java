package io.fleetfit.compress;

import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.protocol.Golden;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.registry.BlobStore;
import io.fleetfit.registry.GoldenSource;
import io.fleetfit.registry.GoldenStore;
import io.fleetfit.registry.Variant;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Golden inputs and outputs of variants: made from a run of the variant itself the first time that a manifest needs them,
 * and kept, so that a manifest never changes.
 */
public final class GoldenBook implements GoldenSource {
    private static final Logger LOG = LoggerFactory.getLogger(GoldenBook.class);

    private final GoldenStore store;
    private final BlobStore blobs;
    private final ModelWorkshop workshop;

    /** A book over the store. */
    public GoldenBook(GoldenStore store, BlobStore blobs, ModelWorkshop workshop) {
        this.store = store;
        this.blobs = blobs;
        this.workshop = workshop;
    }

    @Override
    public Optional<Golden> of(Variant variant, ModelContract contract) {
        Optional<GoldenStore.Made> known = store.golden(variant.ref());
        return known.isPresent()
                ? known.get().golden()
                : store.putGolden(variant.ref(), new GoldenStore.Made(make(variant, contract)))
                        .golden();
    }

    private Optional<Golden> make(Variant variant, ModelContract contract) {
        if (!GoldenRules.isRepeatable(variant.summary().operators())) {
            return Optional.empty();
        }
        try {
            Optional<Golden> golden = workshop.golden(
                    blobs.file(variant.blob()),
                    contract,
                    variant.settings(),
                    GoldenRules.tolerance(variant.summary().operators(), variant.precision()));
            return golden.filter(made ->
                    made.cases().stream().anyMatch(example -> !example.outputs().isEmpty()));
        } catch (ModelRefused e) {
            LOG.warn("{} goes out without golden outputs: {}", variant.ref(), e.getMessage());
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the file of " + variant.ref(), e);
        }
    }
}
