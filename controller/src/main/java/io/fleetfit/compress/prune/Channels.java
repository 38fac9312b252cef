package io.fleetfit.compress.prune;

import java.util.Arrays;
import java.util.BitSet;

/** Channels by id, joined to classes that must go together, and those that must stay (union by find). */
final class Channels {
    private int[] parent = new int[1024];
    private int[] source = new int[1024];
    private int count;
    private final BitSet frozen = new BitSet();

    /** New channels that a node makes, one a position. */
    int[] fresh(int number, int node) {
        while (count + number > parent.length) {
            parent = Arrays.copyOf(parent, parent.length * 2);
            source = Arrays.copyOf(source, source.length * 2);
        }
        int[] atoms = new int[number];
        for (int i = 0; i < number; i++) {
            parent[count] = count;
            source[count] = node;
            atoms[i] = count++;
        }
        return atoms;
    }

    int count() {
        return count;
    }

    /** The node that made a channel. */
    int source(int atom) {
        return source[atom];
    }

    /** The class of a channel, by one of its members. */
    int root(int atom) {
        int root = atom;
        while (parent[root] != root) {
            root = parent[root];
        }
        for (int at = atom; parent[at] != root; ) {
            int next = parent[at];
            parent[at] = root;
            at = next;
        }
        return root;
    }

    void join(int[] a, int[] b) {
        for (int i = 0; i < a.length; i++) {
            int first = root(a[i]);
            int second = root(b[i]);
            if (first != second) {
                parent[Math.max(first, second)] = Math.min(first, second);
                if (frozen.get(first) || frozen.get(second)) {
                    frozen.set(Math.min(first, second));
                }
            }
        }
    }

    void freeze(int[] atoms) {
        for (int atom : atoms) {
            frozen.set(root(atom));
        }
    }

    boolean isFrozen(int atom) {
        return frozen.get(root(atom));
    }
}
