package io.fleetfit.deploy.bench.latency;

import io.fleetfit.cost.Observation;
import io.fleetfit.cost.Placement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Ordinary predictors to compare with, each fitted to one placement with one model left out. */
final class Baselines {
    private static final List<String> MACS = List.of("macs_total");
    private static final List<String> SIX =
            List.of("macs_conv1x1", "macs_convkxk", "macs_dw_group", "macs_fc", "act_elems_read_write", "layers");

    private Baselines() {}

    /** Relative errors of latency in proportion to the multiply-accumulates. */
    static List<Double> macs(List<Observation> device, Map<String, Map<String, Double>> costs) {
        return leaveOneOut(device, costs, MACS);
    }

    /** Relative errors of six features with weights of 0 or more. */
    static List<Double> sixFeatures(List<Observation> device, Map<String, Map<String, Double>> costs) {
        return leaveOneOut(device, costs, SIX);
    }

    private static List<Double> leaveOneOut(
            List<Observation> device, Map<String, Map<String, Double>> costs, List<String> features) {
        Map<Placement, List<Observation>> placements = new LinkedHashMap<>();
        device.forEach(it -> placements
                .computeIfAbsent(it.placement(), key -> new ArrayList<>())
                .add(it));
        List<Double> errors = new ArrayList<>();
        for (List<Observation> rows : placements.values()) {
            for (Observation out : rows) {
                List<Observation> known = rows.stream()
                        .filter(it -> !it.graph().equals(out.graph()))
                        .toList();
                if (!known.isEmpty()) {
                    double guess = guess(known, out, costs, features);
                    errors.add(Math.abs(guess - out.millis()) / out.millis());
                }
            }
        }
        return errors;
    }

    /** Rows are divided by their latency, so that errors are relative. */
    private static double guess(
            List<Observation> known, Observation out, Map<String, Map<String, Double>> costs, List<String> features) {
        double[] scale = new double[features.size()];
        for (int k = 0; k < scale.length; k++) {
            for (Observation it : known) {
                scale[k] = Math.max(scale[k], count(costs, it, features.get(k)));
            }
            scale[k] = scale[k] > 0 ? scale[k] : 1;
        }
        double[][] a = new double[known.size()][scale.length];
        double[] b = new double[known.size()];
        for (int i = 0; i < b.length; i++) {
            b[i] = 1;
            for (int k = 0; k < scale.length; k++) {
                a[i][k] = count(costs, known.get(i), features.get(k))
                        / scale[k]
                        / known.get(i).millis();
            }
        }
        double[] x = NonNegativeLeastSquares.solve(a, b);
        double guess = 0;
        for (int k = 0; k < scale.length; k++) {
            guess += x[k] * count(costs, out, features.get(k)) / scale[k];
        }
        return guess;
    }

    private static double count(Map<String, Map<String, Double>> costs, Observation of, String column) {
        return costs.getOrDefault(of.graph(), Map.of()).getOrDefault(column, 0.0);
    }
}
