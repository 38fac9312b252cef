package io.fleetfit.deploy.e2e;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fleetfit.deploy.process.AgentClient;
import io.fleetfit.deploy.process.ControllerClient;
import io.fleetfit.deploy.process.Distributions;
import io.fleetfit.deploy.process.LocalProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One device: an agent process with its data folder, which outlives the process. */
final class Device implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration START = Duration.ofSeconds(30);

    private final Site site;
    private final String id;
    private final Path folder;
    private final Distributions distributions;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private @Nullable String token;
    private @Nullable LocalProcess process;
    private long diskBytes;

    Device(Site site, String id, Path folder, Distributions distributions) {
        this.site = site;
        this.id = id;
        this.folder = folder;
        this.distributions = distributions;
        environment.put("FLEETFIT_AGENT_DEVICE_ID", id);
        environment.put("FLEETFIT_AGENT_DATA_DIR", data().toString());
        environment.put("FLEETFIT_AGENT_API_PORT", "0");
        environment.put("FLEETFIT_AGENT_TELEMETRY_INTERVAL", "1s");
        environment.put("FLEETFIT_AGENT_REPORT_INTERVAL", "200ms");
        environment.put("ORT_DISABLE_TELEMETRY", "1");
    }

    /** Sets one key of the agent's configuration, or another environment variable, for the starts to come. */
    Device with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /** Forgets {@link #with}. */
    Device without(String variable) {
        environment.remove(variable);
        return this;
    }

    /** Gives the agent a disk of its own of this size: a tmpfs in a mount namespace that ends with the process. */
    Device withDisk(long bytes) {
        diskBytes = bytes;
        return this;
    }

    /** The agent's data folder. */
    Path data() {
        return folder.resolve("data");
    }

    /** The agent's data folder as it is seen from here, if it lies on a disk of its own. */
    Path disk() {
        return Path.of("/proc/" + running().pid() + "/root" + data());
    }

    String id() {
        return id;
    }

    /** Starts the agent and waits for its local API. */
    Device start() {
        awaitStart(launch());
        return this;
    }

    /** Waits until the agent's local API is there. */
    void awaitStart(LocalProcess started) {
        started.awaitRunFile(runFile(), START);
    }

    /** Starts the agent and waits for nothing. */
    LocalProcess launch() {
        if (token == null) {
            token = site.api()
                    .post("enrolment-tokens", ControllerClient.object().put("uses", 1))
                    .required("token")
                    .asText();
            environment.put("FLEETFIT_AGENT_ENROLMENT_TOKEN", token);
        }
        environment.put("FLEETFIT_AGENT_CONTROLLER", site.url().toString());
        environment.put("FLEETFIT_AGENT_BROKER", site.proxy().url());
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        LocalProcess started = LocalProcess.start(id, command(), environment, folder.resolve("agent.log"));
        process = started;
        return started;
    }

    private List<String> command() {
        String agent = distributions.agent().toString();
        if (diskBytes == 0) {
            return List.of(agent);
        }
        String mount = "mkdir -p \"$1\" && mount -t tmpfs -o size=" + diskBytes + " none \"$1\" && exec \"$2\"";
        return List.of(
                "unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, "sh", data().toString(), agent);
    }

    /** Whether this machine lets a process have a disk of its own. */
    static boolean canHaveDisks() {
        try {
            return new ProcessBuilder(
                                    "unshare",
                                    "--user",
                                    "--map-root-user",
                                    "--mount",
                                    "mount",
                                    "-t",
                                    "tmpfs",
                                    "none",
                                    "/mnt")
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Ends the agent as {@code kill -9} does. */
    void kill() {
        running().kill();
    }

    private LocalProcess running() {
        if (process == null) {
            throw new IllegalStateException(id + " was not started");
        }
        return process;
    }

    private Path runFile() {
        return (diskBytes == 0 ? data() : disk()).resolve("run/agent.json");
    }

    /** The agent's local API. */
    AgentClient local() {
        return new AgentClient(json(runFile()).required("apiPort").asInt());
    }

    /** The output of the model in a slot for ones: the answer of a model of {@link TestModels}. */
    double answer(String slot) {
        ObjectNode request = ControllerClient.object();
        ObjectNode input = request.putArray("inputs").addObject();
        input.put("name", "x").put("datatype", "FP32");
        input.putArray("shape").add(1).add(4);
        input.putArray("data").add(1).add(1).add(1).add(1);
        return local().infer(slot, request).at("/outputs/0/data/0").asDouble();
    }

    /** The slot as the agent's journal on disk has it; missing if it is not there. */
    JsonNode journal(String slot) {
        Path file = data().resolve("update/journal.json");
        if (Files.exists(file)) {
            for (JsonNode record : json(file).path("slots")) {
                if (record.path("slot").asText().equals(slot)) {
                    return record;
                }
            }
        }
        return JSON.missingNode();
    }

    /** The slot as the controller knows it from reports; missing if it does not. */
    JsonNode reported(String slot) {
        for (JsonNode report : site.api().get("devices/" + id).at("/twin/reported/slots")) {
            if (report.path("slot").asText().equals(slot)) {
                return report;
            }
        }
        return JSON.missingNode();
    }

    /** Why the device refused the last desired state, as the controller knows it; missing if it did not. */
    JsonNode refused() {
        return site.api().get("devices/" + id).at("/twin/reported/refused");
    }

    /** Waits until the controller has heard the device. */
    Device awaitOnline() {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptions()
                .until(() ->
                        site.api().get("devices/" + id).at("/device/online").asBoolean());
        return this;
    }

    /** Inferences of a slot that the controller has stored. */
    long inferencesStored(String slot) {
        long sum = 0;
        for (JsonNode figures : site.api().get("devices/" + id + "/telemetry").path("slots")) {
            if (figures.path("slot").asText().equals(slot)) {
                sum += figures.path("inferences").asLong();
            }
        }
        return sum;
    }

    /** Waits until the controller has a report of the slot that is as wanted. */
    JsonNode awaitReport(String slot, Predicate<JsonNode> wanted) {
        return await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptions()
                .until(() -> reported(slot), wanted);
    }

    /** Waits until the slot is committed to this version. */
    JsonNode awaitCommitted(String slot, String version) {
        return awaitReport(
                slot,
                report -> report.path("state").asText().equals("COMMITTED")
                        && report.path("active").asText().startsWith(slot + "@" + version + "/"));
    }

    private static JsonNode json(Path file) {
        try {
            return JSON.readTree(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (process != null) {
            process.close();
        }
    }
}
