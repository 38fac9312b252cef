package io.fleetfit.cost;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How good estimates were.
 *
 * @param total over all
 * @param profiles by profile, in order of names
 * @param models by model, in order of names
 * @param sources by where the estimates came from
 * @param withoutEstimate measured latencies that no decision had estimated
 */
public record CostReport(Row total, List<Row> profiles, List<Row> models, List<Row> sources, long withoutEstimate) {

    /**
     * Figures of one group.
     *
     * @param name of the group
     * @param checks estimates that were measured later
     * @param medianError median of the absolute error over the measured value; absent without checks
     * @param bias median of the signed error; above 0 the estimates are too slow
     * @param coverage the share of 90 % intervals that held the measured value
     */
    public record Row(
            String name,
            int checks,
            @Nullable Double medianError,
            @Nullable Double bias,
            @Nullable Double coverage) {}

    /** The report on these checks. */
    public static CostReport of(List<LatencyCheck> checks) {
        List<Judged> judged = new ArrayList<>();
        for (LatencyCheck check : checks) {
            LatencyEstimate estimate = check.estimate();
            if (estimate != null) {
                judged.add(new Judged(
                        check,
                        (estimate.p95Millis() - check.p95Millis()) / check.p95Millis(),
                        estimate.lowerMillis() <= check.p95Millis() && check.p95Millis() <= estimate.upperMillis(),
                        estimate.source().name()));
            }
        }
        return new CostReport(
                row("all", judged),
                rows(judged, it -> it.check().profile()),
                rows(judged, it -> it.check().variant().model()),
                rows(judged, Judged::source),
                checks.size() - judged.size());
    }

    private record Judged(LatencyCheck check, double error, boolean held, String source) {}

    private static List<Row> rows(List<Judged> judged, Function<Judged, String> group) {
        Map<String, List<Judged>> groups = new TreeMap<>();
        judged.forEach(it -> groups.computeIfAbsent(group.apply(it), key -> new ArrayList<>())
                .add(it));
        return groups.entrySet().stream()
                .map(it -> row(it.getKey(), it.getValue()))
                .toList();
    }

    private static Row row(String name, List<Judged> judged) {
        if (judged.isEmpty()) {
            return new Row(name, 0, null, null, null);
        }
        return new Row(
                name,
                judged.size(),
                median(judged.stream().mapToDouble(it -> Math.abs(it.error())).toArray()),
                median(judged.stream().mapToDouble(Judged::error).toArray()),
                (double) judged.stream().filter(Judged::held).count() / judged.size());
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        int middle = values.length / 2;
        return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
