package io.fleetfit.deploy.bench.latency;

import io.fleetfit.cost.CostTerm;
import io.fleetfit.cost.Observation;
import io.fleetfit.cost.Placement;
import io.fleetfit.cost.Workload;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Latencies of models on devices with what the models cost.
 *
 * @param observations every latency of a model whose costs are known
 * @param costs columns of the costs by model
 * @param withoutCosts models that were left out since their costs are unknown
 */
public record LatencyTables(
        List<Observation> observations, Map<String, Map<String, Double>> costs, Set<String> withoutCosts) {
    private static final List<String> COST_COLUMNS = List.of(
            "macs_total",
            "macs_conv1x1",
            "macs_convkxk",
            "macs_dw_group",
            "macs_fc",
            "params",
            "act_elems_read_write",
            "elemwise_elems",
            "layers",
            "convs");

    /**
     * Reads both tables.
     *
     * @param latencies columns {@code device}, {@code model}, {@code latency_ms}; {@code precision}, {@code threads}, {@code
     *     runtime}, {@code isa}, {@code soc} and {@code cpu} if there are any
     * @param costs columns {@code model} and {@code macs_total}; the other counts if there are any
     */
    public static LatencyTables read(Path latencies, Path costs) throws BadTable {
        Map<String, Map<String, Double>> counts = new HashMap<>();
        for (CsvRows.Row row :
                CsvRows.read(costs, List.of("model", "macs_total")).rows()) {
            Map<String, Double> columns = new HashMap<>();
            for (String column : COST_COLUMNS) {
                columns.put(column, row.number(column, 0, 0));
            }
            if (columns.getOrDefault("macs_total", 0.0) <= 0) {
                throw row.bad("macs_total", row.text("macs_total"), "give the multiply-accumulates of one inference");
            }
            if (counts.put(row.name("model"), columns) != null) {
                throw row.bad("model", row.text("model"), "the model stands in an earlier line too; leave one");
            }
        }
        List<Observation> observations = new ArrayList<>();
        Set<String> unknown = new TreeSet<>();
        for (CsvRows.Row row : CsvRows.read(latencies, List.of("device", "model", "latency_ms"))
                .rows()) {
            String model = row.name("model");
            Map<String, Double> columns = counts.get(model);
            double millis = row.number("latency_ms", Double.NaN, Double.MIN_NORMAL);
            if (Double.isNaN(millis)) {
                throw row.bad("latency_ms", "", "give milliseconds above 0, or leave the row out");
            }
            if (columns == null) {
                unknown.add(model);
            } else {
                String device = row.name("device");
                observations.add(new Observation(placement(row), device, model, workload(columns), false, millis));
            }
        }
        if (observations.isEmpty()) {
            throw new BadTable(latencies + ": no model of it stands in " + costs + "; the column 'model' must agree");
        }
        return new LatencyTables(observations, counts, unknown);
    }

    private static Placement placement(CsvRows.Row row) throws BadTable {
        String device = row.name("device");
        String precision = row.text("precision").toLowerCase(Locale.ROOT);
        boolean int8 = precision.startsWith("int8") || precision.startsWith("uint8") || precision.startsWith("quant");
        boolean ordinary = int8 || precision.isEmpty() || precision.startsWith("float") || precision.equals("fp32");
        String provider = row.text("runtime") + (ordinary ? "" : " " + precision);
        double threads = row.number("threads", 1, 1);
        if (threads != Math.rint(threads) || threads > 10_000) {
            throw row.bad("threads", row.text("threads"), "give a whole number of threads");
        }
        String isa = row.text("isa").isEmpty()
                ? IsaClasses.guess(device, row.text("soc"), row.text("cpu"))
                : row.text("isa");
        return new Placement(device, isa, provider, (int) threads, int8);
    }

    /** Multiply-accumulates that stand in no column of a kind count as those of matrix products. */
    private static Workload workload(Map<String, Double> columns) {
        double pointwise = columns.getOrDefault("macs_conv1x1", 0.0);
        double spatial = columns.getOrDefault("macs_convkxk", 0.0);
        double depthwise = columns.getOrDefault("macs_dw_group", 0.0);
        double products = columns.getOrDefault("macs_fc", 0.0);
        double total = columns.getOrDefault("macs_total", 0.0);
        double convolutions = columns.getOrDefault("convs", 0.0);
        Map<CostTerm, Double> amounts = new EnumMap<>(CostTerm.class);
        amounts.put(CostTerm.POINTWISE, pointwise);
        amounts.put(CostTerm.SPATIAL, spatial);
        amounts.put(CostTerm.DEPTHWISE, depthwise);
        amounts.put(CostTerm.GEMM, Math.max(products, total - pointwise - spatial - depthwise));
        amounts.put(CostTerm.TRAFFIC, columns.getOrDefault("act_elems_read_write", 0.0));
        amounts.put(CostTerm.ELEMENTWISE, columns.getOrDefault("elemwise_elems", 0.0));
        amounts.put(CostTerm.WEIGHTS, columns.getOrDefault("params", 0.0));
        amounts.put(CostTerm.KERNELS, convolutions);
        amounts.put(CostTerm.OTHER_KERNELS, Math.max(0, columns.getOrDefault("layers", 0.0) - convolutions));
        return new Workload(amounts);
    }
}
