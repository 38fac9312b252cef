package io.fleetfit.compress.evaluate;

/**
 * An object that a model sees; sides as shares of the model's input.
 *
 * @param classIndex what it is
 * @param score how sure the model is
 */
record Detection(int classIndex, float score, double left, double top, double right, double bottom) {
    /** Area of the overlap with a box over the area of both together. */
    double overlap(double otherLeft, double otherTop, double otherRight, double otherBottom) {
        double width = Math.min(right, otherRight) - Math.max(left, otherLeft);
        double height = Math.min(bottom, otherBottom) - Math.max(top, otherTop);
        if (width <= 0 || height <= 0) {
            return 0;
        }
        double both = width * height;
        double area = (right - left) * (bottom - top);
        double otherArea = (otherRight - otherLeft) * (otherBottom - otherTop);
        return both / (area + otherArea - both);
    }

    double overlap(Detection other) {
        return overlap(other.left, other.top, other.right, other.bottom);
    }
}
