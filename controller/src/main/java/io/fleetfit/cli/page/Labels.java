package io.fleetfit.cli.page;

import java.util.ArrayList;
import java.util.List;

/**
 * Places labels beside marks so that no label covers a mark, an interval or another label: each takes the first free place
 * on rings around its mark, the nearest ring first.
 */
final class Labels {
    private static final double CHARACTER = 6.7;
    private static final double HEIGHT = 15;
    private static final int RINGS = 14;
    private static final int DIRECTIONS = 16;

    private final Box frame;
    private final List<Box> taken = new ArrayList<>();

    /** A rectangle in pixels. */
    record Box(double left, double top, double right, double bottom) {
        boolean meets(Box other) {
            return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
        }

        boolean holds(Box other) {
            return left <= other.left && top <= other.top && right >= other.right && bottom >= other.bottom;
        }
    }

    /**
     * Where a label stands.
     *
     * @param box its rectangle
     * @param isFar whether a line to its mark is needed
     */
    record Place(Box box, boolean isFar) {}

    Labels(Box frame) {
        this.frame = frame;
    }

    /** Keeps a rectangle free of labels. */
    void avoid(Box box) {
        taken.add(box);
    }

    /** The place of a label for a mark of this radius. */
    Place place(String text, double x, double y, double radius) {
        double width = text.length() * CHARACTER + 4;
        for (int ring = 0; ring < RINGS; ring++) {
            double distance = radius + 4 + ring * 9;
            for (int i = 0; i < DIRECTIONS; i++) {
                // Right, left, above, below and between, in turn.
                double angle = Math.PI * 2 * ((i % 2 == 0 ? i / 2 : DIRECTIONS - 1 - i / 2) / (double) DIRECTIONS);
                Box box = at(x + Math.cos(angle) * distance, y + Math.sin(angle) * distance, angle, width);
                if (frame.holds(box) && taken.stream().noneMatch(box::meets)) {
                    taken.add(box);
                    return new Place(box, ring > 0);
                }
            }
        }
        Box box = at(x + radius + 4, y, 0, width);
        taken.add(box);
        return new Place(box, false);
    }

    /** The rectangle that touches a point from the side that the angle tells. */
    private static Box at(double x, double y, double angle, double width) {
        double cos = Math.cos(angle);
        double left = cos > 0.3 ? x : cos < -0.3 ? x - width : x - width / 2;
        double top = Math.sin(angle) > 0.3 ? y : Math.sin(angle) < -0.3 ? y - HEIGHT : y - HEIGHT / 2;
        return new Box(left, top, left + width, top + HEIGHT);
    }
}
