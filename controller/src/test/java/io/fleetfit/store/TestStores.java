package io.fleetfit.store;

import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.protocol.TensorSpec;
import io.fleetfit.registry.Variant;
import io.fleetfit.registry.VariantRef;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Real stores and sample records for the tests of the services above them. */
public final class TestStores {
    private TestStores() {}

    /** An H2 database without rows. */
    public static Database emptyDatabase() {
        return Backend.H2.emptied();
    }

    /** The contract of the sample variants. */
    public static ModelContract contract() {
        return Samples.contract();
    }

    /** A contract with other tensors. */
    public static ModelContract contractOf(TensorSpec input, TensorSpec output) {
        return new ModelContract(
                ModelContract.Task.TENSOR, List.of(input), List.of(output), null, false, List.of(), "top1");
    }

    /** A variant that keeps {@link #contract}. */
    public static Variant variant(String ref, Digest blob, @Nullable VariantRef parent) {
        Variant sample = Samples.variant(ref);
        return new Variant(
                sample.ref(),
                blob,
                sample.size(),
                sample.recipe(),
                sample.passes(),
                parent,
                sample.precision(),
                sample.settings(),
                sample.summary(),
                null,
                sample.tags(),
                sample.createdAt());
    }
}
