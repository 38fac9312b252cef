package io.fleetfit.deploy.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.fleetfit.deploy.demo.DemoPictures;
import io.fleetfit.deploy.demo.LineImages;
import io.fleetfit.deploy.process.CommandLine;
import io.fleetfit.deploy.process.ControllerClient;
import io.fleetfit.deploy.process.ControllerProcess;
import io.fleetfit.deploy.process.Distributions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A whole search on one model, as a user starts it: time, peak memory of its child processes together, and for each
 * candidate size, quality and latency against the model as uploaded, in the same run.
 */
public final class CompressBench {
    private static final int LINES = 400;

    private CompressBench() {}

    /**
     * {@code [MODEL.onnx CONTRACT.yaml DATASET CALIBRATION VALIDATION [MORE…]]}: the last two are splits of the data set,
     * what comes then goes to {@code model compress}. Without arguments the demo's model on rendered lines.
     */
    @SuppressWarnings("SystemOut")
    public static void main(String[] args) throws Exception {
        Path work = Path.of(System.getProperty("fleetfit.bench.work", "."));
        Distributions distributions = Distributions.ofThisBuild();
        try (ControllerProcess controller =
                ControllerProcess.start(distributions, work.resolve("controller"), List.of())) {
            CommandLine user = new CommandLine(distributions, URI.create(controller.url()), controller.adminToken());
            List<String> command = args.length == 0 ? demo(controller, user, work) : given(controller, user, args);
            long begin = System.nanoTime();
            try (Watch watch = new Watch(controller.process().pid())) {
                System.out.println(user.run(command.toArray(new String[0])));
                double seconds = (System.nanoTime() - begin) / 1e9;
                System.out.println(result(controller.client(), seconds, watch.peak.get()));
            }
        }
    }

    private static List<String> demo(ControllerProcess controller, CommandLine user, Path work) throws IOException {
        importModel(controller.client(), DemoPictures.model(work), DemoPictures.contract());
        Path folder = Files.createDirectories(work.resolve("lines"));
        StringBuilder labels = new StringBuilder();
        List<LineImages.Line> lines = new LineImages().render(LINES, 21);
        for (int i = 0; i < LINES; i++) {
            Files.write(folder.resolve(i + ".png"), lines.get(i).png());
            String label = lines.get(i).label();
            labels.append(i + ".png\t" + label + "\t" + label + "\t" + (i < 100 ? "calibration" : "test") + "\n");
        }
        Files.writeString(folder.resolve("labels.tsv"), labels);
        user.run("dataset", "import", folder.toString(), "--name", "set");
        return compress("calibration", "test", List.of());
    }

    private static List<String> given(ControllerProcess controller, CommandLine user, String[] args)
            throws IOException {
        JsonNode contract =
                new ObjectMapper(new YAMLFactory()).readTree(Path.of(args[1]).toFile());
        importModel(controller.client(), Path.of(args[0]), contract);
        List<String> more = new ArrayList<>(List.of(args).subList(5, args.length));
        List<String> data = new ArrayList<>(List.of("dataset", "import", args[2], "--name", "set"));
        if (!more.isEmpty() && more.get(0).startsWith("--class-offset")) {
            data.add(more.remove(0));
        }
        user.run(data.toArray(new String[0]));
        return compress(args[3], args[4], more);
    }

    private static void importModel(ControllerClient api, Path model, JsonNode contract) {
        ObjectNode request =
                ControllerClient.object().put("blob", api.upload(model)).put("version", "1");
        request.set("contract", contract);
        request.putArray("recipes");
        api.awaitJob(api.post("models/bench/versions", request).required("job").asText(), BenchFleet.PATIENCE);
    }

    private static List<String> compress(String calibration, String validation, List<String> more) {
        List<String> command = new ArrayList<>(List.of(
                "model",
                "compress",
                "bench@1",
                "--calibration",
                "set:" + calibration,
                "--validation",
                "set:" + validation,
                "--max-drop",
                "1%"));
        if (more.stream().noneMatch("--targets"::equals)) {
            command.addAll(List.of("--targets", "here"));
        }
        if (more.stream().noneMatch("--budget"::equals)) {
            command.addAll(List.of("--budget", "30m"));
        }
        command.addAll(more);
        return command;
    }

    private static ObjectNode result(ControllerClient api, double seconds, long peakBytes) {
        JsonNode search = api.get("models/bench/versions/1/comparison").required("search");
        ObjectNode result = ControllerClient.object()
                .put("bench", "compress")
                .put("seconds", seconds)
                .put("peakChildrenMegabytes", peakBytes / 1e6);
        JsonNode report = search.has("report") ? search.path("report") : search;
        result.set("fronts", report.path("fronts"));
        var members = result.putArray("members");
        report.path("members").forEach(member -> {
            JsonNode evaluation = member.path("evaluation");
            members.addObject()
                    .put("name", member.path("name").asText())
                    .put("bytes", member.path("size").asLong())
                    .put("quality", evaluation.at("/quality/value").asDouble())
                    .put("parentQuality", evaluation.at("/parentQuality/value").asDouble())
                    .put("agreement", evaluation.at("/agreement/value").asDouble())
                    .put("latencyRatio", evaluation.at("/latency/ratio").asDouble());
        });
        return result;
    }

    /** Looks at the memory of all children of a process ten times a second. */
    private static final class Watch implements AutoCloseable {
        private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        private final AtomicLong peak = new AtomicLong();

        Watch(long parent) {
            ProcessHandle process = ProcessHandle.of(parent).orElseThrow();
            var unused = timer.scheduleAtFixedRate(
                    () -> peak.accumulateAndGet(
                            process.descendants()
                                    .mapToLong(child -> resident(child.pid()))
                                    .sum(),
                            Math::max),
                    0,
                    Duration.ofMillis(100).toMillis(),
                    TimeUnit.MILLISECONDS);
        }

        /** A child may end between being listed and being read. */
        private static long resident(long pid) {
            try {
                return BenchFleet.residentBytes(pid);
            } catch (IOException e) {
                return 0;
            }
        }

        @Override
        public void close() {
            timer.shutdownNow();
        }
    }
}
