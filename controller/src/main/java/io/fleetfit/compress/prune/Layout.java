package io.fleetfit.compress.prune;

/**
 * How channels lie in a value: along one axis, each position of it holds the channel of that id. After a Flatten a channel
 * holds several positions.
 *
 * @param axis counted from the front
 * @param atoms id of the channel at each position
 */
@SuppressWarnings("ArrayRecordComponent") // ids; nobody compares layouts with equals
record Layout(int axis, int[] atoms) {
    int size() {
        return atoms.length;
    }

    Layout at(int newAxis) {
        return new Layout(newAxis, atoms);
    }
}
