package io.fleetfit.compress.quantize;

import io.fleetfit.onnx.GraphEditor;
import java.util.HashSet;
import java.util.Set;

/** Hands out names that nothing in a graph has, and none twice, though their owners come into the graph later. */
final class FreshNames {
    private final GraphEditor editor;
    private final Set<String> given = new HashSet<>();

    FreshNames(GraphEditor editor) {
        this.editor = editor;
    }

    String fresh(String wish) {
        String name = editor.freshName(wish);
        for (int i = 2; !given.add(name); i++) {
            name = editor.freshName(wish + "_" + i);
        }
        return name;
    }
}
