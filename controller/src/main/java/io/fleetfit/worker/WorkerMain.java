package io.fleetfit.worker;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fleetfit.compress.CheckReport;
import io.fleetfit.compress.DistillOrder;
import io.fleetfit.compress.Finding;
import io.fleetfit.compress.Made;
import io.fleetfit.compress.MakeOrder;
import io.fleetfit.compress.PassCatalog;
import io.fleetfit.compress.PassContext;
import io.fleetfit.compress.PassSpec;
import io.fleetfit.compress.Provenance;
import io.fleetfit.compress.Recipe;
import io.fleetfit.compress.Tool;
import io.fleetfit.compress.evaluate.EvaluationOrder;
import io.fleetfit.dataset.DataSetCheck;
import io.fleetfit.dataset.DataSetReader;
import io.fleetfit.dataset.SampleSource;
import io.fleetfit.dataset.Samples;
import io.fleetfit.dataset.WatchedSamples;
import io.fleetfit.onnx.GraphCosts;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.GraphSummary;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.onnx.OnnxFile;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.JsonCodec;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.registry.Refused;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The child process: {@code VERB FILE CONTRACT ANSWER ORDER}. VERB is {@code check} or {@code make} with a model,
 * {@code evaluate} with a parent, {@code distill} with a teacher, {@code golden} with a variant, or {@code dataset}; CONTRACT is a file or {@code -}, and so is ORDER, of a
 * {@link MakeOrder}, {@link EvaluationOrder}, {@link DistillOrder} or {@link GoldenRun.GoldenOrder}. Writes a {@link WorkerAnswer} to ANSWER, and beats in {@link #BEAT} beside
 * it. Ends when its standard input ends, so that it never outlives its parent.
 */
public final class WorkerMain {
    private static final ObjectMapper JSON = JsonCodec.mapper();

    /** The file that is written anew while long work goes on. */
    static final String BEAT = "beat";

    private final ModelRunner runner = new ModelRunner();
    private final Heartbeat beat;

    private WorkerMain(Heartbeat beat) {
        this.beat = beat;
    }

    /** Entry point of the child process. */
    public static void main(String[] arguments) throws IOException {
        endWithParent();
        WorkerAnswer answer;
        try {
            Heartbeat beat = new Heartbeat(Path.of(arguments[3]).resolveSibling(BEAT));
            answer = new WorkerMain(beat).work(arguments);
        } catch (ModelRefused e) {
            answer = WorkerAnswer.of(e);
        } catch (Refused e) {
            answer = WorkerAnswer.of(
                    new ModelRefused(ModelRefused.Code.DATA_SET, e.getMessage() + "; " + e.remedy(), e));
        } catch (OutOfMemoryError e) {
            answer = WorkerAnswer.of(new ModelRefused(
                    ModelRefused.Code.TOO_MUCH_MEMORY, "the model does not fit the memory that a check may use"));
        }
        Files.write(Path.of(arguments[3]), JSON.writeValueAsBytes(answer));
        // ONNX Runtime's threads and a blocked read of standard input would keep the process up.
        Runtime.getRuntime().halt(0);
    }

    private static void endWithParent() {
        Thread watch = new Thread(
                () -> {
                    try {
                        while (System.in.read() >= 0) {
                            // The parent writes nothing; only the end matters.
                        }
                    } catch (IOException e) {
                        // A broken pipe is the end too.
                    }
                    Runtime.getRuntime().halt(3);
                },
                "parent-watch");
        watch.setDaemon(true);
        watch.start();
    }

    private WorkerAnswer work(String[] arguments) throws IOException, ModelRefused {
        Path model = Path.of(arguments[1]);
        ModelContract contract = arguments[2].equals("-")
                ? null
                : JSON.readValue(Files.readAllBytes(Path.of(arguments[2])), ModelContract.class);
        return switch (arguments[0]) {
            case "check" -> WorkerAnswer.of(check(model, contract, false));
            case "make" -> WorkerAnswer.of(make(model, order(arguments[4], MakeOrder.class)));
            case "evaluate" ->
                WorkerAnswer.of(new EvaluationRun(order(arguments[4], EvaluationOrder.class), beat).run());
            case "distill" ->
                WorkerAnswer.of(
                        new SoftTargets(order(arguments[4], DistillOrder.class), Path.of(arguments[3]), beat).run());
            case "golden" ->
                WorkerAnswer.of(new GoldenRun(order(arguments[4], GoldenRun.GoldenOrder.class)).run(model));
            case "dataset" -> WorkerAnswer.of(DataSetCheck.check(model, beat));
            default -> throw new IllegalArgumentException("there is no verb " + arguments[0]);
        };
    }

    private static <T> T order(String file, Class<T> type) throws IOException {
        return JSON.readValue(Files.readAllBytes(Path.of(file)), type);
    }

    private CheckReport check(Path file, @Nullable ModelContract contract, boolean expandedWeights)
            throws IOException, ModelRefused {
        ModelProto model = OnnxFile.read(file);
        if (contract != null) {
            ModelRunner.requireContract(model, contract);
        }
        ModelRunner.Run run = runner.run(file, contract);
        Path scratch = Files.createTempFile(file.toAbsolutePath().getParent(), "values", ".onnx");
        GraphSummary summary = GraphCosts.of(model, runner.values(model, run.shapes(), scratch), expandedWeights);
        return new CheckReport(summary, run.millis(), ProcessMemory.peak());
    }

    private Made make(Path file, MakeOrder order) throws IOException, ModelRefused {
        SampleSource calibration = order.calibration();
        if (calibration == null) {
            return make(file, order, null);
        }
        ModelContract contract = order.contract();
        if (contract == null) {
            throw new ModelRefused(
                    ModelRefused.Code.CONTRACT,
                    "a data set can be read only for a model whose inputs are known; give the model a contract");
        }
        try (DataSetReader samples = DataSetReader.open(calibration, contract)) {
            return make(file, order, beat.over(samples));
        }
    }

    private Made make(Path file, MakeOrder order, @Nullable Samples calibration) throws IOException, ModelRefused {
        Recipe recipe = order.recipe();
        Path target = order.target();
        List<Finding> findings = new ArrayList<>();
        GraphEditor graph = new GraphEditor(OnnxFile.read(file));
        WatchedSamples samples = calibration == null ? null : new WatchedSamples(calibration);
        PassContext context = new PassContext(new OrtGraphRunner(), samples, recipe.target(), findings::add);
        for (PassSpec pass : recipe.passes()) {
            GraphProto before = graph.build().getGraph();
            PassCatalog.create(pass).apply(graph, context);
            if (graph.build().getGraph().equals(before)) {
                findings.add(Finding.ofNothing(pass.name()));
            }
        }
        Digest used = samples == null || !samples.wereRead() ? null : samples.digest();
        Provenance.note(graph, recipe, digest(file), used, Tool.VERSION);
        OnnxFile.write(graph.build(), target);
        CheckReport report = check(target, order.contract(), recipe.expandsWeights());
        return new Made(
                digest(target),
                Files.size(target),
                recipe.passTexts(),
                recipe.precision(),
                recipe.settings(),
                report.summary(),
                findings,
                used);
    }

    static Digest digest(Path file) throws IOException {
        MessageDigest sha256 = Digest.sha256();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), sha256)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return Digest.finish(sha256);
    }
}
