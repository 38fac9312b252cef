package io.fleetfit.compress.quantize;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which nodes compute on integers. Nodes with weights always do; others where integers come to them anyway and somebody
 * takes integers from them, so that no island is made that only converts back and forth.
 */
final class QuantizationPlan {
    private final GraphIndex graph;
    private final Map<Integer, Unit> units;
    private final Map<String, Unit> makers = new HashMap<>();

    private QuantizationPlan(GraphIndex graph, Map<Integer, Unit> units) {
        this.graph = graph;
        this.units = units;
        units.values().forEach(unit -> unit.outputs().forEach(output -> makers.put(output, unit)));
    }

    /** The nodes among the candidates that are worth it together. */
    static QuantizationPlan choose(GraphIndex graph, Map<Integer, Unit> candidates) {
        Map<Integer, Unit> left = new TreeMap<>(candidates);
        while (true) {
            QuantizationPlan plan = new QuantizationPlan(graph, reached(left.values()));
            Set<Integer> idle = new TreeSet<>();
            plan.units.values().stream().filter(unit -> !plan.isWorthIt(unit)).forEach(unit -> idle.add(unit.node()));
            if (idle.isEmpty()) {
                return plan;
            }
            left.keySet().removeAll(idle);
        }
    }

    /** One node alone, whatever is around it. */
    static QuantizationPlan alone(GraphIndex graph, Unit unit) {
        return new QuantizationPlan(graph, Map.of(unit.node(), unit));
    }

    /** Those that have weights, or that get integers from others. */
    private static Map<Integer, Unit> reached(Collection<Unit> units) {
        Map<Integer, Unit> reached = new TreeMap<>();
        Set<String> integers = new LinkedHashSet<>();
        for (Unit unit : units) {
            if (unit.role() == OperatorRole.WEIGHTED
                    || unit.activations().stream().anyMatch(integers::contains)) {
                reached.put(unit.node(), unit);
                integers.addAll(unit.outputs());
            }
        }
        return reached;
    }

    private boolean isWorthIt(Unit unit) {
        return switch (unit.role()) {
            case WEIGHTED -> true;
            case CARRYING, SQUASHING, CLAMPING -> isRead(unit);
            case MIXING -> isRead(unit) || joinsIntegers(unit);
            case FLOAT -> false;
        };
    }

    /** Whether integers from two sides come together in it that would have to be turned into floats both. */
    private boolean joinsIntegers(Unit unit) {
        return unit.activations().size() >= 2
                && unit.activations().stream().allMatch(value -> maker(value)
                        .filter(maker -> !maker.canEndInFloat())
                        .isPresent());
    }

    private boolean isRead(Unit unit) {
        return unit.outputs().stream()
                .flatMap(output -> graph.readers(output).stream())
                .anyMatch(reader -> units.containsKey(reader)
                        && units.get(reader).activations().stream().anyMatch(unit.outputs()::contains));
    }

    GraphIndex graph() {
        return graph;
    }

    /** The chosen nodes in order. */
    List<Unit> units() {
        return List.copyOf(units.values());
    }

    /** The unit that a node is. */
    Optional<Unit> unit(int node) {
        return Optional.ofNullable(units.get(node));
    }

    /** The chosen node that makes a value. */
    Optional<Unit> maker(String value) {
        return Optional.ofNullable(makers.get(value));
    }

    /** Whether the kernel of a chosen node gives out floats, because nobody takes integers from it. */
    boolean endsInFloat(Unit unit) {
        return unit.canEndInFloat() && !isRead(unit);
    }

    /** The value whose range a value has: its own, unless it was only moved. */
    String root(String value) {
        return maker(value)
                .filter(unit -> unit.role() == OperatorRole.CARRYING)
                .map(unit -> root(unit.activations().get(0)))
                .orElse(value);
    }

    /** Values whose ranges this plan, and each of its computing nodes alone, may ask for; in order. */
    Set<String> observed() {
        Set<String> values = new LinkedHashSet<>();
        units.values().stream().filter(Unit::computes).forEach(unit -> {
            values.addAll(unit.activations());
            if (unit.role() != OperatorRole.SQUASHING) {
                values.addAll(unit.outputs());
            }
        });
        return values;
    }
}
