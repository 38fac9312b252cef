package io.fleetfit.deploy.e2e;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fleetfit.deploy.process.ControllerClient;
import io.fleetfit.deploy.process.Distributions;
import io.fleetfit.deploy.process.LocalProcess;
import io.fleetfit.deploy.process.MqttProxy;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A controller with a proxy before its broker, and the agents that belong to it: all processes of the distributions. The
 * folder that it is given keeps every log.
 */
final class Site implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);
    private static final Pattern TOKEN = Pattern.compile("admin token: (fft_\\S+)");

    private final Path folder;
    private final Distributions distributions = Distributions.ofThisBuild();
    private final List<Device> devices = new ArrayList<>();
    private final MqttProxy proxy;
    private final String token;
    private LocalProcess controller;
    private URI url;
    private int deployments;

    /** Starts the controller. */
    Site(Path folder) {
        this.folder = folder;
        controller = startController();
        try {
            JsonNode run = awaitController();
            url = url(run);
            token = controller.await("its admin token", START, () -> {
                Matcher line = TOKEN.matcher(controller.log());
                return line.find() ? Optional.of(line.group(1)) : Optional.empty();
            });
            proxy = MqttProxy.to(run.required("mqttPort").asInt());
        } catch (RuntimeException e) {
            controller.close();
            throw e;
        }
    }

    private LocalProcess startController() {
        return LocalProcess.start(
                "controller",
                List.of(
                        distributions.fleetfit().toString(),
                        "up",
                        "--data-dir",
                        controllerData().toString(),
                        "--http.port",
                        "0",
                        "--mqtt.port",
                        "0",
                        "--rollout.probation-seconds",
                        "1"),
                Map.of(),
                folder.resolve("controller.log"));
    }

    private JsonNode awaitController() {
        return controller.awaitRunFile(controllerData().resolve("run/controller.json"), START);
    }

    private static URI url(JsonNode run) {
        return URI.create("http://127.0.0.1:" + run.required("httpPort").asInt());
    }

    /** What the controller keeps. */
    Path controllerData() {
        return folder.resolve("controller");
    }

    /** The controller's REST API as its administrator. */
    ControllerClient api() {
        return new ControllerClient(url, token);
    }

    /** The controller's REST API as an agent is told it. */
    URI url() {
        return url;
    }

    /** What stands between the agents and the broker. */
    MqttProxy proxy() {
        return proxy;
    }

    /** Ends the controller with its broker as {@code kill -9} does. */
    void killController() {
        controller.kill();
    }

    /** Starts a controller on what the one before left, on other ports; the proxy leads to it. */
    void restartController() {
        controller = startController();
        JsonNode run = awaitController();
        url = url(run);
        proxy.retarget(run.required("mqttPort").asInt());
    }

    /** A device that has not been started. */
    Device device(String id) {
        Device device = new Device(this, id, folder.resolve(id), distributions);
        devices.add(device);
        return device;
    }

    /** Uploads a model file as a version of a model, without variants beside the file itself, and waits for its check. */
    void importVersion(String model, String version, Path onnx) {
        ObjectNode request =
                ControllerClient.object().put("blob", api().upload(onnx)).put("version", version);
        request.putArray("recipes").add("fp32");
        JsonNode job = api().post("models/" + model + "/versions", request);
        api().awaitJob(job.required("job").asText(), Duration.ofMinutes(1));
    }

    /** Wishes one version onto one device; the id of the rollout that begins. */
    String deploy(String device, String model, String version) {
        return deploySelected("id=" + device, model, version);
    }

    /** Wishes one version onto all devices; the id of the rollout that begins. */
    String deployToAll(String model, String version) {
        return deploySelected("", model, version);
    }

    private String deploySelected(String selector, String model, String version) {
        String name = "deployment-" + ++deployments;
        ObjectNode deployment = ControllerClient.object()
                .put("name", name)
                .put("selector", selector)
                .put("slot", model)
                .put("model", model)
                .put("revision", version);
        deployment.set("policy", ControllerClient.object().put("objective", "QUALITY"));
        api().post("deployments", deployment);
        return api().post("rollouts", ControllerClient.object().put("deployment", name))
                .required("id")
                .asText();
    }

    /** Waits for the end of a rollout; the state that it ended in. */
    String awaitEnd(String rollout) {
        return await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(200))
                .ignoreExceptions()
                .until(
                        () -> api().get("rollouts/" + rollout)
                                .at("/rollout/state")
                                .asText(),
                        state -> !state.isEmpty() && !state.equals("RUNNING"));
    }

    @Override
    public void close() {
        for (Device device : devices) {
            device.close();
        }
        proxy.close();
        controller.close();
    }
}
