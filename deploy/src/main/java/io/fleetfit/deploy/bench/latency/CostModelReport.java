package io.fleetfit.deploy.bench.latency;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The table of a cross-validation for people, and the object for programs. */
public final class CostModelReport {
    private static final double MOST_A = 0.10;
    private static final double MOST_B = 0.20;
    private static final double MOST_C = 0.12;
    private static final double LEAST_D = 0.85;
    private static final double MOST_D = 0.95;

    private final LatencyTables tables;

    /** A report on these tables. */
    public CostModelReport(LatencyTables tables) {
        this.tables = tables;
    }

    /** Cross-validates and prints; the last line is one JSON object. */
    public void print(PrintStream out) {
        CrossValidation validation = new CrossValidation(tables);
        List<CrossValidation.Result> results =
                validation.devices().parallelStream().map(validation::judge).toList();
        out.println("Median absolute error in % over the measured latency; c: coverage of 90 % intervals in %.");
        out.println("a: one model left out, known to other devices; new: known to none. b: three models known on");
        out.println("the device. c: one known, the rest transferred. rnd: probes drawn at random, else chosen.");
        out.printf(
                "%-28s %4s|%5s %4s %5s %4s|%5s %4s %5s %5s|%5s %4s %5s|%5s %5s%n",
                "DEVICE", "ROWS", "a", "cov", "a.new", "cov", "b", "cov", "b.new", "b.rnd", "c", "cov", "c.rnd", "MACs",
                "six");
        results.forEach(it -> line(out, it));
        if (!tables.withoutCosts().isEmpty()) {
            out.println("left out, since their costs are unknown: " + String.join(", ", tables.withoutCosts()));
        }
        out.println(json(results));
    }

    private static void line(PrintStream out, CrossValidation.Result it) {
        String name = it.device().length() > 28 ? it.device().substring(0, 28) : it.device();
        out.printf(
                "%-28s %4d|%5s %4s %5s %4s|%5s %4s %5s %5s|%5s %4s %5s|%5s %5s%n",
                name,
                it.rows(),
                percent(it.knownElsewhere().median()),
                whole(it.knownElsewhere().coverage()),
                percent(it.newToFleet().median()),
                whole(it.newToFleet().coverage()),
                percent(it.threeProbes().median()),
                whole(it.threeProbes().coverage()),
                percent(it.threeProbesNew().median()),
                percent(it.threeRandom().median()),
                percent(it.transfer() == null ? null : it.transfer().median()),
                whole(it.transfer() == null ? null : it.transfer().coverage()),
                percent(it.transferRandom() == null ? null : it.transferRandom().median()),
                percent(it.macs()),
                percent(it.sixFeatures()));
    }

    private static ObjectNode json(List<CrossValidation.Result> results) {
        Double known = median(results, it -> it.knownElsewhere().median());
        Double fresh = median(results, it -> it.newToFleet().median());
        Double a = known == null ? fresh : known;
        Double b = median(results, it -> it.threeProbes().median());
        Double c = median(
                results, it -> it.transfer() == null ? null : it.transfer().median());
        Double d = known == null
                ? median(results, it -> it.newToFleet().coverage())
                : median(results, it -> it.knownElsewhere().coverage());
        Double macs = median(results, CrossValidation.Result::macs);
        Double six = median(results, CrossValidation.Result::sixFeatures);
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("bench", "cost-model")
                .put("devices", results.size())
                .put(
                        "rows",
                        results.stream().mapToInt(CrossValidation.Result::rows).sum());
        json.put("leaveOneModelOut", round(a));
        json.put("leaveOneModelOutKnownElsewhere", round(known));
        json.put("leaveOneModelOutNewToFleet", round(fresh));
        json.put("threeProbes", round(b));
        json.put("threeProbesNewToFleet", round(median(results, it -> it.threeProbesNew()
                .median())));
        json.put("threeRandomProbes", round(median(results, it -> it.threeRandom()
                .median())));
        json.put("transferOneProbe", round(c));
        json.put(
                "transferRandomProbe",
                round(median(
                        results,
                        it -> it.transferRandom() == null
                                ? null
                                : it.transferRandom().median())));
        json.put("coverage", round(d));
        json.put("coverageNewToFleet", round(median(results, it -> it.newToFleet()
                .coverage())));
        json.put("coverageThreeProbes", round(median(results, it -> it.threeProbes()
                .coverage())));
        json.put(
                "coverageTransfer",
                round(median(
                        results,
                        it -> it.transfer() == null ? null : it.transfer().coverage())));
        json.put("baseline", "one model left out: MACs alone; six features, non-negative least squares");
        json.put("baselineMacs", round(macs));
        json.put("baselineSixFeatures", round(six));
        json.put("ratioToMacs", ratio(a, macs));
        json.put("ratioToSixFeatures", ratio(a, six));
        boolean ok = a != null
                && b != null
                && d != null
                && a <= MOST_A
                && b <= MOST_B
                && (c == null || c <= MOST_C)
                && d >= LEAST_D
                && d <= MOST_D;
        return json.put("ok", ok);
    }

    private static @Nullable Double ratio(@Nullable Double a, @Nullable Double b) {
        return a == null || b == null || b == 0 ? null : round(a / b);
    }

    private static @Nullable Double median(
            List<CrossValidation.Result> results, Function<CrossValidation.Result, @Nullable Double> figure) {
        return Errors.median(
                results.stream().map(figure).filter(Objects::nonNull).toList());
    }

    private static @Nullable Double round(@Nullable Double value) {
        return value == null ? null : Math.round(value * 1e4) / 1e4;
    }

    private static String percent(@Nullable Double value) {
        return value == null ? "-" : String.format(Locale.ROOT, "%.1f", value * 100);
    }

    private static String whole(@Nullable Double value) {
        return value == null ? "-" : String.format(Locale.ROOT, "%.0f", value * 100);
    }
}
