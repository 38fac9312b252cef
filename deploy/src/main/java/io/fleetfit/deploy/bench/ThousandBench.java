package io.fleetfit.deploy.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fleetfit.deploy.demo.DemoPictures;
import io.fleetfit.deploy.process.ControllerClient;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/**
 * 1,000 light agents in this process, or as many as the argument says, speak the real protocol with a controller in a
 * process of its own. The demo's model is rolled out, aborted with revert in the middle, and rolled out again to the end.
 */
public final class ThousandBench {
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final int count;
    private final PrintStream out;
    private final List<LightAgent> agents = new ArrayList<>();
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(2);

    private ThousandBench(int count, PrintStream out) {
        this.count = count;
        this.out = out;
    }

    /** Runs the bench; the last line is one JSON object. */
    @SuppressWarnings("SystemOut")
    public static void main(String[] args) throws IOException {
        new ThousandBench(args.length == 0 ? 1_000 : Integer.parseInt(args[0]), System.out).run();
    }

    private void run() throws IOException {
        try (BenchFleet fleet = new BenchFleet()) {
            String version = fleet.importModel(DemoPictures.model(fleet.work()), Optional.of(DemoPictures.contract()));
            String token = fleet.api()
                    .post("enrolment-tokens", ControllerClient.object().put("uses", count))
                    .required("token")
                    .asText();
            for (int i = 0; i < count; i++) {
                agents.add(new LightAgent(fleet.api(), token, "light-" + i, timer));
            }
            out.printf("%d light agents are there%n", count);
            double stop = abortMidway(fleet, version);
            long begin = System.nanoTime();
            String again = fleet.rollOutAgain(version);
            await(fleet, again, "SUCCEEDED");
            double seconds = (System.nanoTime() - begin) / 1e9;
            long there = agents.stream().filter(it -> it.active() != null).count();
            ObjectNode result = JsonNodeFactory.instance
                    .objectNode()
                    .put("bench", "rollout-thousand")
                    .put("agents", count)
                    .put("secondsToStopAllDownloads", stop)
                    .put("secondsToRollOut", seconds)
                    .put("agentsOnTheVersion", there)
                    .put("stuck", agents.stream().filter(it -> !it.isResting()).count());
            out.println(result);
        } finally {
            agents.forEach(LightAgent::close);
            timer.shutdownNow();
        }
    }

    /** Seconds from the order to abort until the last agent that was at work has stopped. */
    private double abortMidway(BenchFleet fleet, String version) {
        String rollout = fleet.rollOut(version);
        fleet.controller()
                .process()
                .await(
                        "the middle of the rollout",
                        PATIENCE,
                        () -> agents.stream().filter(it -> it.active() != null).count() >= count / 10
                                ? Optional.of(true)
                                : Optional.empty());
        long atWork = agents.stream().filter(it -> !it.isResting()).count();
        long order = System.nanoTime();
        JsonNode unused = fleet.api()
                .post(
                        "rollouts/" + rollout + "/abort",
                        ControllerClient.object().put("mode", "REVERT"));
        fleet.controller()
                .process()
                .await(
                        "the last agent to stop",
                        PATIENCE,
                        () -> agents.stream().allMatch(it -> it.isResting() && it.active() == null)
                                ? Optional.of(true)
                                : Optional.empty());
        long last = agents.stream().mapToLong(LightAgent::restedNanos).max().orElse(order);
        await(fleet, rollout, "ABORTED");
        out.printf("aborted with %d agents at work%n", atWork);
        return (last - order) / 1e9;
    }

    private static void await(BenchFleet fleet, String rollout, String state) {
        JsonNode end = fleet.controller().process().await("the end of " + rollout, PATIENCE, () -> Optional.of(
                        fleet.api().get("rollouts/" + rollout).required("rollout"))
                .filter(it -> List.of("SUCCEEDED", "FAILED", "ABORTED")
                        .contains(it.path("state").asText())));
        if (!end.path("state").asText().equals(state)) {
            throw new IllegalStateException(rollout + " ended as " + end);
        }
    }
}
