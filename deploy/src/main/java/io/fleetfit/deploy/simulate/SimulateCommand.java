package io.fleetfit.deploy.simulate;

import io.fleetfit.registry.Invalid;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fleetfit simulate}. */
@Command(
        name = "simulate",
        description = {
            "Simulates a fleet on a virtual clock: real update machines, the real planner, fit and gates, and every"
                    + " fault. Needs no controller.",
            "",
            "The scenario (YAML) holds devices, joiners, plan, badShare, faults, faultMinutes, runs and seed. An"
                    + " invariant that breaks ends the command with exit code 1 and names the seed."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  fleetfit simulate shop.yaml",
            "  fleetfit simulate shop.yaml --seed 280 --runs 1 --story",
            "",
            "  # shop.yaml",
            "  devices: 200",
            "  joiners: 10",
            "  badShare: 0.02",
            "  faultMinutes: 30",
            "  runs: 20",
            "  seed: 1",
            "  faults: {loss: 0.02, duplicate: 0.05, killDevice: 0.01}",
            "  plan:",
            "    waves: [{count: 20, soak: 10m}, {percent: 50, soak: 10m}]",
            "    gates: [{kind: failures, minSamples: 15}]"
        })
final class SimulateCommand implements Callable<Integer> {
    private static final Logger AGENT = Logger.getLogger("io.fleetfit.agent");

    @Parameters(paramLabel = "SCENARIO", description = "YAML file")
    private Path file;

    @Option(names = "--seed", paramLabel = "N", description = "seed of the first run; else the scenario's")
    private @Nullable Long seed;

    @Option(names = "--runs", paramLabel = "N", description = "how many runs; else the scenario's")
    private @Nullable Integer runs;

    @Option(names = "--story", description = "tell what was decided in each run")
    private boolean story;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        AGENT.setLevel(Level.SEVERE);
        Scenario scenario;
        try {
            scenario = Scenario.read(file);
        } catch (IOException | IllegalArgumentException | Invalid e) {
            err.println("fleetfit: SCENARIO '" + file + "': " + firstLine(e));
            return 2;
        }
        long first = seed == null ? scenario.seed() : seed;
        int count = runs == null ? scenario.runs() : runs;
        Map<String, Integer> ends = new TreeMap<>();
        for (long each = first; each < first + count; each++) {
            try {
                Simulation.Outcome outcome = Simulation.run(scenario, each);
                ends.merge(outcome.state().name(), 1, Integer::sum);
                tell(outcome, out);
            } catch (Simulation.Failed e) {
                err.println("fleetfit: " + e.getMessage());
                return 1;
            }
        }
        out.println(count + " runs kept every invariant: " + ends);
        return 0;
    }

    private void tell(Simulation.Outcome outcome, PrintWriter out) {
        out.printf(
                "seed %d: %s, %d devices run the new version, %d events in %d virtual minutes%n",
                outcome.seed(),
                outcome.state(),
                outcome.succeeded(),
                outcome.events(),
                outcome.virtual().toMinutes());
        if (story) {
            outcome.story().forEach(it -> out.printf("  %s %-8s %s%n", it.at(), it.action(), it.reason()));
        }
        out.flush();
    }

    private static String firstLine(Exception e) {
        String message = String.valueOf(e.getMessage());
        return message.lines().findFirst().orElse("");
    }
}
