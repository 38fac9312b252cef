package io.fleetfit.deploy.bench.latency;

import io.fleetfit.cost.CostTerm;
import io.fleetfit.cost.Observation;
import io.fleetfit.cost.UnitCosts;
import io.fleetfit.cost.Workload;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Which models to run on a device first. Looks at no latency: among the models that run on the most of the device's
 * placements it takes one after the other such that the models are closest to their nearest probe (greedy k-medoids over the
 * square roots of the shares of time by the stated costs).
 */
final class ProbeChoice {
    private ProbeChoice() {}

    static List<String> choose(List<Observation> device, int count) {
        Map<String, Set<Object>> placements = new HashMap<>();
        Map<String, Workload> work = new LinkedHashMap<>();
        device.forEach(it -> {
            placements.computeIfAbsent(it.graph(), key -> new HashSet<>()).add(it.placement());
            work.put(it.graph(), it.work());
        });
        int most = placements.values().stream().mapToInt(Set::size).max().orElse(0);
        List<String> able = work.keySet().stream()
                .filter(it -> placements.getOrDefault(it, Set.of()).size() == most)
                .sorted()
                .toList();
        Map<String, double[]> shapes = new HashMap<>();
        work.forEach((graph, it) -> shapes.put(graph, shape(it)));
        List<String> chosen = new ArrayList<>();
        while (chosen.size() < Math.min(count, able.size())) {
            String best = able.get(0);
            double least = Double.POSITIVE_INFINITY;
            for (String candidate : able) {
                if (!chosen.contains(candidate)) {
                    double distance = distance(shapes, chosen, candidate);
                    if (distance < least) {
                        least = distance;
                        best = candidate;
                    }
                }
            }
            chosen.add(best);
        }
        return chosen;
    }

    /** Any models, the same for the same seed. */
    static List<String> random(List<Observation> device, int count, Random random) {
        List<String> models = new ArrayList<>(
                device.stream().map(Observation::graph).distinct().sorted().toList());
        Collections.shuffle(models, random);
        return models.subList(0, Math.min(count, models.size()));
    }

    private static double distance(Map<String, double[]> shapes, List<String> chosen, String candidate) {
        double sum = 0;
        for (double[] shape : shapes.values()) {
            double nearest = distance(shape, shapes.getOrDefault(candidate, shape));
            for (String other : chosen) {
                nearest = Math.min(nearest, distance(shape, shapes.getOrDefault(other, shape)));
            }
            sum += nearest;
        }
        return sum;
    }

    private static double distance(double[] a, double[] b) {
        double sum = 0;
        for (int k = 0; k < a.length; k++) {
            sum += (a[k] - b[k]) * (a[k] - b[k]);
        }
        return Math.sqrt(sum);
    }

    private static double[] shape(Workload work) {
        UnitCosts costs = UnitCosts.unknown();
        double[] times = new double[CostTerm.values().length];
        double sum = 0;
        for (CostTerm term : CostTerm.values()) {
            times[term.ordinal()] = work.of(term) * costs.millis(term);
            sum += times[term.ordinal()];
        }
        for (int k = 0; k < times.length; k++) {
            times[k] = Math.sqrt(times[k] / sum);
        }
        return times;
    }
}
