package io.fleetfit.compress.search;

import io.fleetfit.dataset.SampleSource;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.registry.BlobStore;
import io.fleetfit.registry.DataSet;
import io.fleetfit.registry.DataSets;
import io.fleetfit.registry.Invalid;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Samples of the registered data sets. */
public final class RegisteredSamples implements SampleChoices {
    /** The same for all, so that equal wishes give equal samples. */
    private static final long SEED = 1;

    private final DataSets sets;
    private final BlobStore blobs;

    /** Samples of {@code sets}, whose files are {@code blobs}. */
    public RegisteredSamples(DataSets sets, BlobStore blobs) {
        this.sets = sets;
        this.blobs = blobs;
    }

    @Override
    public DataChoice choose(String field, String reference, ModelContract contract, int most) {
        int colon = reference.indexOf(':');
        String name = colon < 0 ? reference : reference.substring(0, colon);
        String split = colon < 0 ? null : reference.substring(colon + 1);
        DataSet set = sets.list().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new Invalid(
                        "there is no data set '" + name + "'",
                        field,
                        reference,
                        "use some of " + sets.list().stream().map(DataSet::name).toList()
                                + ", or import one: fleetfit dataset import"));
        long samples = samples(field, reference, set, split);
        if (set.content() == DataSet.Content.PICTURES && contract.image() == null) {
            throw new Invalid(
                    "the data set '" + name + "' holds pictures, and the model's contract does not say how a picture"
                            + " becomes its input",
                    field,
                    reference,
                    "use a data set of tensors, or import the model with a contract that has an image section");
        }
        return new DataChoice(reference, set.digest(), split, (int) Math.min(most, samples), SEED);
    }

    private static long samples(String field, String reference, DataSet set, @Nullable String split) {
        Long samples =
                split == null ? Long.valueOf(set.samples()) : set.splits().get(split);
        if (samples == null || samples < 1) {
            throw new Invalid(
                    "the data set '" + set.name() + "' has no sample in the split '" + split + "'",
                    field,
                    reference,
                    "use one of " + set.splits().keySet() + ", or no split for the whole set");
        }
        return samples;
    }

    @Override
    public SampleSource source(DataChoice choice, int most) throws IOException {
        return new SampleSource(
                blobs.file(choice.digest()),
                choice.digest(),
                choice.split(),
                Math.min(most, choice.count()),
                choice.seed());
    }
}
