package io.fleetfit.cost;

import io.fleetfit.registry.Measurement;
import io.fleetfit.registry.Model;
import io.fleetfit.registry.ModelVersion;
import io.fleetfit.registry.RegistryStore;
import io.fleetfit.registry.Variant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The cost model of the whole fleet, kept up to date: measurements are noted when they come and learned together when
 * somebody calls {@link #refresh}, so that a flood of them costs one fit. Safe for many threads.
 */
public final class CostBook implements TransferModel {
    /** Newest versions of a model that are learned from. */
    private static final int VERSIONS = 5;

    /** Newest measurements of a variant. */
    private static final int MEASUREMENTS = 100;

    /** Measurements in all; beyond, models that come later in the alphabet go without. */
    private static final int MOST = 20_000;

    private final RegistryStore registry;
    private final DeviceRates.Source rates;
    private final AtomicBoolean changed = new AtomicBoolean(true);
    private volatile LearnedCosts learned;

    /** A book over what {@code registry} holds; it knows nothing before the first {@link #refresh}. */
    public CostBook(RegistryStore registry, DeviceRates.Source rates) {
        this.registry = registry;
        this.rates = rates;
        this.learned = new LearnedCosts(rates, List.of(), List.of());
    }

    /** Says that a measurement came. */
    public void changed() {
        changed.set(true);
    }

    /** Learns what came since the last time; true if there was anything. */
    public boolean refresh() {
        if (!changed.getAndSet(false)) {
            return false;
        }
        List<Variant> variants = new ArrayList<>();
        List<Measurement> measurements = new ArrayList<>();
        for (Model model : registry.models()) {
            registry.versions(model.name()).stream().limit(VERSIONS).forEach(it -> add(it, variants, measurements));
        }
        learned = new LearnedCosts(rates, variants, measurements);
        return true;
    }

    private void add(ModelVersion version, List<Variant> variants, List<Measurement> measurements) {
        if (measurements.size() < MOST) {
            variants.addAll(registry.variants(version.model(), version.version()));
            measurements.addAll(registry.measurements(version.model(), version.version(), MEASUREMENTS));
        }
    }

    @Override
    public @Nullable LatencyEstimate latency(String profile, Variant variant) {
        return learned.latency(profile, variant);
    }
}
