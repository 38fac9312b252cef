package io.fleetfit.dataset.pack;

import io.fleetfit.dataset.file.BadDataSet;
import io.fleetfit.dataset.file.DataSetManifest.Content;
import io.fleetfit.protocol.TensorSpec;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Samples on a disk, one after the other in an order that follows from the content alone. */
interface Source extends AutoCloseable {
    Content content();

    /** Tensors of a sample without the batch dimension; empty for pictures. */
    List<TensorSpec> inputs();

    /** How many samples there are, for progress; 0 if that is not known. */
    long expected();

    /** Files that are no samples and are left out. */
    long skipped();

    /** The next sample; null after the last. */
    @Nullable
    RawSample next() throws IOException, BadDataSet;

    @Override
    void close() throws IOException;
}
