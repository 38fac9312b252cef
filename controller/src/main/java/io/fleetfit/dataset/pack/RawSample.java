package io.fleetfit.dataset.pack;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A sample as its source has it.
 *
 * @param id names it within the source
 * @param line of the source's list; absent where there is none
 * @param picture its file; absent for arrays
 * @param tensors NumPy file by input; absent for pictures
 * @param label what it is; absent if unknown
 * @param boxes the objects in it; absent if unknown
 * @param split its part; absent if none is said
 */
record RawSample(
        String id,
        @Nullable Integer line,
        @Nullable Path picture,
        @Nullable Map<String, byte[]> tensors,
        @Nullable Label label,
        @Nullable List<Box> boxes,
        @Nullable String split) {
    /** A class by number, name or both. */
    record Label(@Nullable Integer number, @Nullable String name) {
        /** A whole number is a number, all else a name. */
        static Label of(String text) {
            return text.matches("\\d{1,9}") ? new Label(Integer.valueOf(text), null) : new Label(null, text);
        }
    }

    /** An object; sides as shares of the picture, or pixels of it. */
    record Box(Label label, double left, double top, double right, double bottom, boolean pixels) {}
}
