package io.fleetfit.compress.search;

import io.fleetfit.dataset.SampleSource;
import io.fleetfit.protocol.ModelContract;
import java.io.IOException;

/** Port: the data sets that users name. */
public interface SampleChoices {
    /**
     * Chooses samples of a set.
     *
     * @param field names the wish in refusals
     * @param reference {@code set} or {@code set:split}
     * @param contract what the model takes and answers
     * @param most use at most so many samples
     * @throws io.fleetfit.registry.Refused if there is no such set or split, or its samples do not fit the model
     */
    DataChoice choose(String field, String reference, ModelContract contract, int most);

    /** Where the samples are read from; {@code most} may be fewer than the choice has. */
    SampleSource source(DataChoice choice, int most) throws IOException;
}
