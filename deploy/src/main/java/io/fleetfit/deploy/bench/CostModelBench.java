package io.fleetfit.deploy.bench;

import io.fleetfit.deploy.bench.latency.BadTable;
import io.fleetfit.deploy.bench.latency.CostModelReport;
import io.fleetfit.deploy.bench.latency.LatencyTables;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How well the cost model predicts published latencies of models on devices, with models and devices left out. The
 * baselines in the same run: multiply-accumulates alone, and six features with non-negative least squares.
 */
@Command(name = "cost-model", mixinStandardHelpOptions = true, description = "Judges the cost model on two tables.")
public final class CostModelBench implements Callable<Integer> {
    @Option(
            names = "--latencies",
            required = true,
            paramLabel = "FILE.csv",
            description = "columns device, model, latency_ms; precision, threads, runtime, isa, soc, cpu if known")
    private Path latencies = Path.of("");

    @Option(
            names = "--costs",
            required = true,
            paramLabel = "FILE.csv",
            description = "columns model, macs_total; macs by kind, params, act_elems_read_write, layers if known")
    private Path costs = Path.of("");

    private CostModelBench() {}

    /** Runs the bench; the last line is one JSON object. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new CostModelBench()).execute(args));
    }

    @Override
    @SuppressWarnings("SystemOut")
    public Integer call() {
        PrintStream out = System.out;
        try {
            new CostModelReport(LatencyTables.read(latencies, costs)).print(out);
            return 0;
        } catch (BadTable e) {
            System.err.println("cost-model: " + e.getMessage());
            return 2;
        }
    }
}
