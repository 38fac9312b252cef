package io.fleetfit.dataset;

import java.util.List;

/** What is known to be right for a sample. */
public sealed interface Truth {
    /** The right class, by its index in the model's output. */
    record ClassIndex(int index) implements Truth {
        public ClassIndex {
            if (index < 0) {
                throw new IllegalArgumentException("a class index must be 0 or more, got " + index);
            }
        }
    }

    /** The objects in the picture. */
    record Boxes(List<Box> boxes) implements Truth {
        public Boxes {
            boxes = List.copyOf(boxes);
        }
    }

    /**
     * An object in a picture; sides as shares of the picture's width and height, 0 to 1.
     *
     * @param classIndex what it is
     */
    record Box(int classIndex, double left, double top, double right, double bottom) {}
}
