package io.fleetfit.dataset.file;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fleetfit.protocol.TensorSpec;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a data set holds: the entry {@code dataset.json}.
 *
 * @param format always {@link #FORMAT}
 * @param version of the format, {@link #VERSION}
 * @param content what the samples are
 * @param truth what is known to be right for them
 * @param samples how many
 * @param labelled how many of them have a label or boxes
 * @param inputs tensors of a sample without the batch dimension; empty for pictures
 * @param classes in the order in which they first come
 * @param splits number of samples by split; samples without split are in none
 */
public record DataSetManifest(
        String format,
        int version,
        Content content,
        TruthKind truth,
        long samples,
        long labelled,
        List<TensorSpec> inputs,
        List<ClassRow> classes,
        Map<String, Long> splits) {
    /** Name of the format. */
    public static final String FORMAT = "fleetfit-dataset";

    /** The version that this code writes, and the only one that it reads. */
    public static final int VERSION = 1;

    /** What samples are. */
    public enum Content {
        /** JPEG and PNG files. */
        PICTURES,
        /** NumPy arrays. */
        TENSORS
    }

    /** What is known to be right. */
    public enum TruthKind {
        NONE,
        CLASSES,
        BOXES
    }

    /**
     * A class.
     *
     * @param number index in a model's output, if the source said one
     * @param name its name, if the source said one
     * @param samples how many samples have it; of boxes, how many boxes
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ClassRow(
            @Nullable Integer number, @Nullable String name, long samples) {
        /** For people. */
        public String text() {
            if (name == null) {
                return String.valueOf(number);
            }
            return number == null ? "'" + name + "'" : number + " '" + name + "'";
        }
    }

    public DataSetManifest {
        inputs = List.copyOf(inputs);
        classes = List.copyOf(classes);
        splits = new TreeMap<>(splits);
    }
}
