package io.fleetfit.deploy.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fleetfit.deploy.process.AgentProcess;
import io.fleetfit.deploy.process.ControllerClient;
import io.fleetfit.deploy.process.ControllerProcess;
import io.fleetfit.deploy.process.Distributions;
import io.fleetfit.deploy.process.MqttProxy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A controller and agents in processes of their own, with one model to deploy. */
final class BenchFleet implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final String MODEL = "bench";

    private final Distributions distributions = Distributions.ofThisBuild();
    private final Path work;
    private final ControllerProcess controller;
    private final ControllerClient api;
    private final List<AgentProcess> agents = new ArrayList<>();

    BenchFleet() {
        this(List.of());
    }

    /** A fleet whose devices reach the broker through this proxy alone. */
    static BenchFleet behind(MqttProxy proxy) {
        BenchFleet fleet = new BenchFleet(List.of("--mqtt.public-url", proxy.url()));
        proxy.retarget(fleet.controller.mqttPort());
        return fleet;
    }

    private BenchFleet(List<String> flags) {
        String folder = System.getProperty("fleetfit.bench.work");
        if (folder == null) {
            throw new IllegalStateException("deploy/bench gives the folder to work in");
        }
        work = Path.of(folder);
        List<String> all = new ArrayList<>(List.of("--rollout.probation-seconds", "0"));
        all.addAll(flags);
        controller = ControllerProcess.start(distributions, work.resolve("controller"), all);
        api = controller.client();
    }

    Path work() {
        return work;
    }

    ControllerProcess controller() {
        return controller;
    }

    ControllerClient api() {
        return api;
    }

    Distributions distributions() {
        return distributions;
    }

    /** Imports a file as the next version, with the variant {@code fp32} alone; the version's name. */
    String importModel(Path onnx, Optional<JsonNode> contract) {
        ObjectNode request = ControllerClient.object().put("blob", api.upload(onnx));
        contract.ifPresent(node -> request.set("contract", node));
        ArrayNode recipes = request.putArray("recipes");
        recipes.add("fp32");
        JsonNode job = api.post("models/" + MODEL + "/versions", request);
        return api.awaitJob(job.required("job").asText(), PATIENCE)
                .required("version")
                .asText();
    }

    /** Starts an agent without waiting for its registration. */
    AgentProcess start(String id) {
        String token = api.post("enrolment-tokens", ControllerClient.object().put("uses", 1))
                .required("token")
                .asText();
        AgentProcess agent = AgentProcess.start(
                distributions,
                id,
                work.resolve(id),
                "controller: " + controller.url() + "\nenrolment-token: " + token + "\ndevice-id: " + id
                        + "\ntelemetry:\n  interval: 60s\n");
        agents.add(agent);
        return agent;
    }

    /** Waits until all agents have said hello. */
    void awaitOnline() {
        controller.process().await("all agents", PATIENCE, () -> {
            int online = 0;
            for (JsonNode device : api.get("devices?limit=1000").required("devices")) {
                online += device.path("online").asBoolean() ? 1 : 0;
            }
            return online >= agents.size() ? Optional.of(online) : Optional.empty();
        });
    }

    /** Deploys a version to all devices and begins a rollout; its id. */
    String rollOut(String version) {
        String name = "bench-" + version;
        api.post(
                "deployments",
                ControllerClient.object()
                        .put("name", name)
                        .put("model", MODEL)
                        .put("slot", MODEL)
                        .put("revision", version));
        return api.post("rollouts", ControllerClient.object().put("deployment", name))
                .required("id")
                .asText();
    }

    /** Begins another rollout of a deployment that there is. */
    String rollOutAgain(String version) {
        return api.post("rollouts", ControllerClient.object().put("deployment", "bench-" + version))
                .required("id")
                .asText();
    }

    /** Waits for the end of a rollout, which must be success on all devices. */
    JsonNode awaitSuccess(String rollout) {
        JsonNode end = controller.process().await("the end of " + rollout, PATIENCE, () -> Optional.of(
                        api.get("rollouts/" + rollout))
                .filter(now ->
                        !now.required("rollout").required("state").asText().equals("RUNNING")));
        JsonNode counts = end.required("counts");
        if (counts.path("SUCCEEDED").asInt() != agents.size()) {
            throw new IllegalStateException("not every device succeeded: " + end);
        }
        return end;
    }

    /** CPU seconds that a process has used, from Linux's {@code /proc/PID/stat} in ticks of 10 ms. */
    static double cpuSeconds(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 100.0;
    }

    /** Resident memory of a process in bytes. */
    static long residentBytes(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                .findFirst()
                .orElse(0);
    }

    /** Bytes of model files that the controller has handed to the broker. */
    double egressBytes() {
        String text = new String(api.raw("/metrics"), StandardCharsets.UTF_8);
        return text.lines()
                .filter(line -> line.startsWith("fleetfit_chunk_bytes_total"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    @Override
    public void close() {
        agents.forEach(AgentProcess::close);
        controller.close();
    }
}
