package io.fleetfit.dataset.file;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A line of {@code samples.jsonl}.
 *
 * @param id names the sample within its set: a file's path, or a number
 * @param picture entry of the JPEG or PNG file; absent for tensors
 * @param tensors entry of the NumPy file by the input's name; absent for pictures
 * @param label index in the manifest's classes; absent if none is known
 * @param boxes the objects; absent if none are known, empty if there are none
 * @param split part of the set; absent if it is in none
 * @param line where the source listed it, from 1; absent where there was no list
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SampleRow(
        String id,
        @Nullable String picture,
        @Nullable Map<String, String> tensors,
        @Nullable Integer label,
        @Nullable List<BoxRow> boxes,
        @Nullable String split,
        @Nullable Integer line) {
    /**
     * An object; sides as shares of the picture's width and height.
     *
     * @param label index in the manifest's classes
     */
    public record BoxRow(int label, double left, double top, double right, double bottom) {
        /** Whether it lies in the picture and has an area. */
        public boolean liesInside() {
            return left >= 0 && top >= 0 && right <= 1 && bottom <= 1 && left < right && top < bottom;
        }
    }

    public SampleRow {
        tensors = tensors == null ? null : new TreeMap<>(tensors);
        boxes = boxes == null ? null : List.copyOf(boxes);
    }

    /** The sample as messages name it. */
    public String text() {
        return "sample '" + id + "'" + (line == null ? "" : " (line " + line + " of its list)");
    }
}
