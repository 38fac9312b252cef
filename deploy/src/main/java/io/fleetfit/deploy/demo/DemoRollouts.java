package io.fleetfit.deploy.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fleetfit.deploy.process.AgentClient;
import io.fleetfit.deploy.process.ApiProblem;
import io.fleetfit.deploy.process.ControllerClient;
import io.fleetfit.deploy.process.ControllerProcess;
import io.fleetfit.deploy.process.Distributions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The demo's rollouts: a good version in three waves, and one that somebody broke, which the gate of the canary wave stops
 * and takes back. Both are watched as people would watch them, by the command, while the devices are at work.
 */
final class DemoRollouts {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int FAILED = 5;

    private static final String PLAN =
            """
            {"waves": [{"count": 1, "soak": "12s"}, {"count": 2, "soak": "6s"}, {"percent": 100, "soak": "6s"}],
             "gates": [{"kind": "failures", "tolerated": 0, "minSamples": 1},
                       {"kind": "drift", "tolerated": 0, "minSamples": 1, "minInferences": 20}],
             "reactions": {"onFail": "revert", "fallback": false, "holdLimit": "1m"}}
            """;

    private final ControllerProcess controller;
    private final Distributions distributions;
    private final List<AgentClient> devices;
    private final List<byte[]> pictures;
    private final PrintStream out;

    DemoRollouts(
            ControllerProcess controller,
            Distributions distributions,
            List<AgentClient> devices,
            List<byte[]> pictures,
            PrintStream out) {
        this.controller = controller;
        this.distributions = distributions;
        this.devices = devices;
        this.pictures = pictures;
        this.out = out;
    }

    /** Both rollouts; whether the good one succeeded and the broken one was stopped and taken back. */
    boolean run(Path model, Path work) throws IOException {
        AtomicBoolean over = new AtomicBoolean();
        Thread traffic = new Thread(() -> classify(over), "demo-traffic");
        traffic.setDaemon(true);
        traffic.start();
        try {
            boolean good =
                    roll("2.1", "as good as the one before, in three waves", DemoVersions.good(model, work)) == 0;
            boolean stopped =
                    roll("2.2", "broken: it calls every line upright", DemoVersions.sabotaged(model, work)) == FAILED;
            return good && stopped && allRun("2.1");
        } finally {
            over.set(true);
        }
    }

    /** The devices are at work all the time: lines come in, answers and their times are measured. */
    private void classify(AtomicBoolean over) {
        for (int i = 0; !over.get(); i++) {
            for (AgentClient device : devices) {
                try {
                    JsonNode unused = device.classify(DemoModel.NAME, pictures.get(i % pictures.size()));
                } catch (ApiProblem e) {
                    // A device that swaps its model answers the next line.
                }
            }
            ControllerClient.pause(Duration.ofMillis(40));
        }
    }

    private int roll(String version, String words, Path file) throws IOException {
        ControllerClient api = controller.client();
        out.printf("%nVersion %s is %s%n", version, words);
        ObjectNode request = ControllerClient.object()
                .put("blob", api.upload(file))
                .put("version", version)
                .set("contract", JSON.readTree(DemoModel.CONTRACT));
        JsonNode job = api.post("models/" + DemoModel.NAME + "/versions", request);
        api.awaitJob(job.required("job").asText(), PATIENCE);
        claimQuality(api, version);
        ObjectNode wish = ControllerClient.object()
                .put("selector", "")
                .put("model", DemoModel.NAME)
                .put("revision", version);
        wish.set("policy", api.get("deployments/demo").required("policy"));
        wish.set("plan", JSON.readTree(PLAN));
        api.put("deployments/demo", wish);
        String rollout = api.post("rollouts", ControllerClient.object().put("deployment", "demo"))
                .required("id")
                .asText();
        return watch(rollout);
    }

    /** What its makers measured; nobody saw that the second of them measured the wrong file. */
    private static void claimQuality(ControllerClient api, String version) {
        String variants = "models/" + DemoModel.NAME + "/versions/" + version + "/variants";
        for (JsonNode variant : api.get(variants).required("variants")) {
            api.put(
                    variants + "/" + variant.required("name").asText() + "/quality",
                    ControllerClient.object()
                            .put("metric", "top1")
                            .put("value", 0.99)
                            .put("samples", 300));
        }
    }

    /** Runs the command that people use, and shows what it shows; its exit code. */
    private int watch(String rollout) throws IOException {
        out.printf("$ fleetfit rollout status %s --watch%n", rollout);
        ProcessBuilder command = new ProcessBuilder(
                        distributions.fleetfit().toString(), "rollout", "status", rollout, "--watch")
                .redirectErrorStream(true);
        command.environment().put("FLEETFIT_URL", controller.url());
        command.environment().put("FLEETFIT_TOKEN", controller.adminToken());
        Process process = command.start();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            lines.lines().forEach(line -> out.println("  " + line));
            return process.waitFor();
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private boolean allRun(String version) {
        for (JsonNode device : controller.client().get("devices").required("devices")) {
            JsonNode shown =
                    controller.client().get("devices/" + device.required("id").asText());
            String active = shown.at("/twin/reported/slots/0/active").asText();
            if (!active.startsWith(DemoModel.NAME + "@" + version + "/")) {
                return false;
            }
        }
        return true;
    }
}
