package io.fleetfit.dataset;

import io.fleetfit.onnx.ModelRefused;
import java.nio.file.Path;

/** Port: checks data sets. Safe against any file; takes seconds to hours. */
public interface DataSetWorkshop {
    /**
     * Reads a data set as a whole.
     *
     * @throws ModelRefused if the file is no data set, or one of its samples cannot be used
     */
    DataSetFacts checkDataSet(Path file) throws ModelRefused;
}
