package io.fleetfit.compress.prune;

import io.fleetfit.compress.linear.LinearLayer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Channels that the same layers make: their number is one width to choose.
 *
 * @param width number of classes, those that must stay among them
 * @param classes those that may go, by one member of each
 * @param consumers the layers that take them in
 * @param nodes places of all layers whose cost depends on the width
 */
record Group(int width, List<Integer> classes, List<Consumer> consumers, Set<Integer> nodes) {
    /**
     * A layer that takes channels in.
     *
     * @param columns columns of its weights by class
     */
    record Consumer(LinearLayer layer, Map<Integer, int[]> columns) {}

    /** The groups of a graph, from input to output; those that have nothing to give are left out. */
    static List<Group> of(Analysis analysis) {
        Channels channels = analysis.channels();
        Map<Integer, Set<Integer>> makers = new TreeMap<>();
        for (int atom = 0; atom < channels.count(); atom++) {
            makers.computeIfAbsent(channels.root(atom), root -> new TreeSet<>()).add(channels.source(atom));
        }
        Map<List<Integer>, List<Integer>> bySource = new LinkedHashMap<>();
        makers.forEach((root, sources) -> bySource.computeIfAbsent(List.copyOf(sources), key -> new ArrayList<>())
                .add(root));
        List<Group> groups = new ArrayList<>();
        for (List<Integer> roots : bySource.values()) {
            List<Integer> free =
                    roots.stream().filter(root -> !channels.isFrozen(root)).toList();
            if (!free.isEmpty()) {
                groups.add(group(analysis, roots.size(), free));
            }
        }
        return groups;
    }

    private static Group group(Analysis analysis, int width, List<Integer> classes) {
        Set<Integer> members = new HashSet<>(classes);
        List<Consumer> consumers = new ArrayList<>();
        Set<Integer> nodes = new TreeSet<>();
        analysis.layers().forEach((node, layer) -> {
            Map<Integer, int[]> in = analysis.layout(layer.input())
                    .map(layout -> columns(analysis.channels(), layout, layer, members))
                    .orElse(Map.of());
            boolean out = analysis.layout(layer.output()).stream()
                    .flatMapToInt(layout -> Arrays.stream(layout.atoms()))
                    .anyMatch(atom -> members.contains(analysis.channels().root(atom)));
            if (!in.isEmpty() && layer.groups() == 1) {
                consumers.add(new Consumer(layer, in));
            }
            if (!in.isEmpty() || out) {
                nodes.add(node);
            }
        });
        return new Group(width, classes, consumers, nodes);
    }

    private static Map<Integer, int[]> columns(
            Channels channels, Layout layout, LinearLayer layer, Set<Integer> members) {
        int window = layer.window().size();
        Map<Integer, int[]> columns = new LinkedHashMap<>();
        for (int position = 0; position < layout.size(); position++) {
            int root = channels.root(layout.atoms()[position]);
            if (members.contains(root)) {
                int[] known = columns.getOrDefault(root, new int[0]);
                int[] more = Arrays.copyOf(known, known.length + window);
                for (int k = 0; k < window; k++) {
                    more[known.length + k] = position * window + k;
                }
                columns.put(root, more);
            }
        }
        return columns;
    }
}
