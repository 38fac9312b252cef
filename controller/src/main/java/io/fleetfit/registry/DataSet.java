package io.fleetfit.registry;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fleetfit.protocol.Digest;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Samples for calibration and validation, checked and never changed.
 *
 * @param name unique
 * @param digest of its file, which is a blob
 * @param size length of the file in bytes
 * @param content what its samples are
 * @param truth what is known to be right for them
 * @param samples how many
 * @param labelled how many of them have a label or boxes
 * @param duplicates how many repeat the content of another
 * @param classes with counts, in the order in which they first come
 * @param splits number of samples by split; a sample may be in none
 * @param tags free key-value pairs
 * @param createdAt when it was registered
 */
public record DataSet(
        String name,
        Digest digest,
        long size,
        Content content,
        Truth truth,
        long samples,
        long labelled,
        long duplicates,
        List<ClassCount> classes,
        Map<String, Long> splits,
        Map<String, String> tags,
        Instant createdAt) {
    /** What samples are. */
    public enum Content {
        PICTURES,
        TENSORS
    }

    /** What is known to be right. */
    public enum Truth {
        NONE,
        CLASSES,
        BOXES
    }

    /**
     * A class.
     *
     * @param number index in a model's output, if the source said one
     * @param name its name, if the source said one
     * @param samples how many samples, or boxes, have it
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ClassCount(
            @Nullable Integer number, @Nullable String name, long samples) {}

    public DataSet {
        VariantRef.requireName("dataset", name);
        classes = List.copyOf(classes);
        splits = Collections.unmodifiableMap(new TreeMap<>(splits));
        tags = Map.copyOf(tags);
    }

    /** The same, registered at another time. */
    public DataSet withCreatedAt(Instant at) {
        return new DataSet(
                name, digest, size, content, truth, samples, labelled, duplicates, classes, splits, tags, at);
    }
}
