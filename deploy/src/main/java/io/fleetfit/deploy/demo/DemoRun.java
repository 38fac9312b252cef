package io.fleetfit.deploy.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fleetfit.deploy.process.AgentClient;
import io.fleetfit.deploy.process.AgentProcess;
import io.fleetfit.deploy.process.CommandLine;
import io.fleetfit.deploy.process.ControllerClient;
import io.fleetfit.deploy.process.ControllerProcess;
import io.fleetfit.deploy.process.Distributions;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One run of the demo: its processes and its steps. */
final class DemoRun implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final long VALIDATION_SEED = 11;
    private static final long TEST_SEED = 12;
    private static final int CALIBRATION_LINES = 100;

    /** Those that need seconds on a small machine; a search without names tries them all. */
    private static final String RECIPES = "fp32,fp16-storage,int8-weights,int8-arm,int8-x86-vnni,int8-symmetric,pruned";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path work;
    private final PrintStream out;
    private final Distributions distributions = Distributions.ofThisBuild();
    private final LineImages lines = new LineImages();
    private final List<AutoCloseable> started = new ArrayList<>();
    private final Map<String, AgentProcess> agents = new LinkedHashMap<>();
    private Optional<ControllerProcess> controller = Optional.empty();

    DemoRun(Path work, PrintStream out) {
        this.work = work;
        this.out = out;
    }

    DemoReport run(int images) throws IOException {
        ControllerClient api = startController();
        importModel(api);
        importLines(images);
        compress();
        startAgents(api);
        String rollout = deploy(api);
        awaitActive(api, rollout);
        List<DemoReport.Row> rows = classify(api, images);
        return new DemoReport(DemoModel.NAME + "@" + DemoModel.VERSION, images, rows);
    }

    private ControllerClient startController() throws IOException {
        say("Starting the controller");
        ControllerProcess process = ControllerProcess.start(
                distributions, work.resolve("controller"), List.of("--rollout.probation-seconds", "3"));
        started.add(process);
        controller = Optional.of(process);
        say("  %s, MQTT on port %d", process.url(), process.mqttPort());
        return process.client();
    }

    private void importModel(ControllerClient api) throws IOException {
        Path file = DemoModel.extract(work);
        say("Importing %s (%,d bytes) and checking it", DemoModel.NAME, Files.size(file));
        ObjectNode request = ControllerClient.object()
                .put("blob", api.upload(file))
                .put("version", DemoModel.VERSION)
                .set("contract", JSON.readTree(DemoModel.CONTRACT));
        request.putArray("recipes");
        JsonNode job = api.post("models/" + DemoModel.NAME + "/versions", request);
        api.awaitJob(job.required("job").asText(), PATIENCE);
    }

    /** Lines with labels, other ones than the devices see later: a third to calibrate with, the rest to judge by. */
    private void importLines(int images) throws IOException {
        Path folder = Files.createDirectories(work.resolve("lines"));
        StringBuilder labels = new StringBuilder();
        List<LineImages.Line> rendered = lines.render(CALIBRATION_LINES + images, VALIDATION_SEED);
        for (int i = 0; i < rendered.size(); i++) {
            String name = "line-" + i + ".png";
            Files.write(folder.resolve(name), rendered.get(i).png());
            String split = i < CALIBRATION_LINES ? "calibration" : "validation";
            labels.append(name)
                    .append('\t')
                    .append(rendered.get(i).label())
                    .append('\t')
                    .append(rendered.get(i).label())
                    .append('\t')
                    .append(split)
                    .append('\n');
        }
        Files.writeString(folder.resolve("labels.tsv"), labels);
        say("Importing %d rendered lines with their labels", rendered.size());
        command("dataset", "import", folder.toString(), "--name", "lines");
    }

    /** The family: recipes for the kernels of the three devices and of this machine, judged on the lines. */
    private void compress() {
        say("Compressing %s: which forms lose at most one point, and are worth having", DemoModel.NAME);
        String report = command(
                "model",
                "compress",
                DemoModel.NAME + "@" + DemoModel.VERSION,
                "--targets",
                "pi4,orin-nano,phone-mid,here",
                "--max-drop",
                "1%",
                "--budget",
                "3m",
                "--calibration",
                "lines:calibration",
                "--validation",
                "lines:validation",
                "--recipes",
                RECIPES);
        report.lines().forEach(line -> out.println("  " + line));
    }

    private String command(String... arguments) {
        ControllerProcess process = controller.orElseThrow();
        return new CommandLine(distributions, URI.create(process.url()), process.adminToken()).run(arguments);
    }

    private void startAgents(ControllerClient api) throws IOException {
        say("Starting three agents with declared, emulated capabilities");
        String url = controller.orElseThrow().url();
        for (DemoDevice device : DemoDevice.ALL) {
            String token = api.post(
                            "enrolment-tokens", ControllerClient.object().put("uses", 1))
                    .required("token")
                    .asText();
            AgentProcess agent = AgentProcess.start(
                    distributions,
                    device.id(),
                    work.resolve(device.id()),
                    AgentSettings.of(device).text(url, token));
            started.add(agent);
            agents.put(device.id(), agent);
            say("  %-13s %s", device.id(), device.title());
        }
        for (AgentProcess agent : agents.values()) {
            agent.process().await("its registration", PATIENCE, () -> isOnline(api, agent));
        }
    }

    private static Optional<Boolean> isOnline(ControllerClient api, AgentProcess agent) {
        for (JsonNode device : api.get("devices").required("devices")) {
            if (device.path("online").asBoolean() && device.path("id").asText().equals(agent.name())) {
                return Optional.of(true);
            }
        }
        return Optional.empty();
    }

    private String deploy(ControllerClient api) {
        ObjectNode policy = ControllerClient.object()
                .put("maxP95Millis", 100)
                .put("minQuality", 0.97)
                .put("maxMeteredDownloadBytes", 250_000)
                .put("objective", "QUALITY");
        say("Deploying to all devices: p95 at most 100 ms, quality at least 0.97, at most 250 kB over a metered link");
        ObjectNode deployment = ControllerClient.object()
                .put("name", "demo")
                .put("selector", "")
                .put("model", DemoModel.NAME)
                .put("revision", DemoModel.VERSION);
        api.post("deployments", deployment.set("policy", policy));
        return api.post("rollouts", ControllerClient.object().put("deployment", "demo"))
                .required("id")
                .asText();
    }

    private void awaitActive(ControllerClient api, String rollout) {
        String state = controller.orElseThrow().process().await("the end of the rollout", PATIENCE, () -> Optional.of(
                        api.get("rollouts/" + rollout)
                                .required("rollout")
                                .required("state")
                                .asText())
                .filter(now -> !now.equals("RUNNING")));
        if (!state.equals("SUCCEEDED")) {
            throw new IllegalStateException("the rollout ended as " + state + ": " + api.get("rollouts/" + rollout));
        }
        say("The rollout %s succeeded", rollout);
    }

    private List<DemoReport.Row> classify(ControllerClient api, int images) {
        List<LineImages.Line> test = lines.render(images, TEST_SEED);
        List<byte[]> pictures = test.stream().map(LineImages.Line::png).toList();
        List<DemoReport.Row> rows = new ArrayList<>();
        for (DemoDevice device : DemoDevice.ALL) {
            say("Classifying %d lines on %s", images, device.id());
            AgentClient local =
                    Optional.ofNullable(agents.get(device.id())).orElseThrow().client();
            int right = 0;
            for (int i = 0; i < test.size(); i++) {
                JsonNode answer = local.classify(DemoModel.NAME, pictures.get(i));
                right += answer.required("label").asText().equals(test.get(i).label()) ? 1 : 0;
            }
            rows.add(DemoRow.of(api, device.id(), (double) right / test.size(), images));
        }
        return rows;
    }

    /** A good version in three waves, and a broken one that is stopped; whether it went so. */
    boolean rollOut() throws IOException {
        List<byte[]> pictures =
                lines.render(60, TEST_SEED).stream().map(LineImages.Line::png).toList();
        return new DemoRollouts(
                        controller.orElseThrow(),
                        distributions,
                        agents.values().stream().map(AgentProcess::client).toList(),
                        pictures,
                        out)
                .run(DemoModel.extract(Files.createDirectories(work.resolve("versions"))), work);
    }

    void explainHowToLookAround() {
        ControllerProcess process = controller.orElseThrow();
        out.printf("%nLook around, in another terminal:%n");
        out.printf("  export FLEETFIT_URL=%s FLEETFIT_TOKEN=%s%n", process.url(), process.adminToken());
        out.printf("  %s device list%n", distributions.fleetfit());
        out.printf("  %s fit explain phone %s%n", distributions.fleetfit(), DemoModel.NAME);
        out.printf("Ctrl-C ends everything.%n");
    }

    private void say(String format, Object... values) {
        out.printf(format + "%n", values);
    }

    @Override
    public void close() {
        end();
    }

    /** Ends all processes; does nothing the second time. */
    synchronized void end() {
        for (int i = started.size() - 1; i >= 0; i--) {
            try {
                started.get(i).close();
            } catch (Exception e) {
                out.println("could not end a process: " + e);
            }
        }
        started.clear();
    }
}
