package io.fleetfit.worker;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fleetfit.compress.CheckReport;
import io.fleetfit.compress.Finding;
import io.fleetfit.compress.Made;
import io.fleetfit.compress.MakeOrder;
import io.fleetfit.compress.PassCatalog;
import io.fleetfit.compress.PassContext;
import io.fleetfit.compress.PassSpec;
import io.fleetfit.compress.Provenance;
import io.fleetfit.compress.Recipe;
import io.fleetfit.compress.Tool;
import io.fleetfit.onnx.GraphCosts;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.GraphSummary;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.onnx.OnnxFile;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.JsonCodec;
import io.fleetfit.protocol.ModelContract;
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
 * The child process: {@code check MODEL CONTRACT ANSWER} or {@code make MODEL CONTRACT ANSWER ORDER}, where
 * CONTRACT is a file or {@code -} and ORDER the file of a {@link MakeOrder}. Writes a {@link WorkerAnswer} to ANSWER. Ends when its standard input ends, so that it
 * never outlives its parent.
 */
public final class WorkerMain {
    private static final ObjectMapper JSON = JsonCodec.mapper();

    private final ModelRunner runner = new ModelRunner();

    private WorkerMain() {}

    /** Entry point of the child process. */
    public static void main(String[] arguments) throws IOException {
        endWithParent();
        WorkerAnswer answer;
        try {
            answer = new WorkerMain().work(arguments);
        } catch (ModelRefused e) {
            answer = WorkerAnswer.of(e);
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
        return arguments[0].equals("check")
                ? WorkerAnswer.of(check(model, contract, false))
                : WorkerAnswer.of(
                        make(model, JSON.readValue(Files.readAllBytes(Path.of(arguments[4])), MakeOrder.class)));
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
        Recipe recipe = order.recipe();
        Path target = order.target();
        List<Finding> findings = new ArrayList<>();
        GraphEditor graph = new GraphEditor(OnnxFile.read(file));
        PassContext context = new PassContext(new OrtGraphRunner(), null, recipe.target(), findings::add);
        for (PassSpec pass : recipe.passes()) {
            PassCatalog.create(pass).apply(graph, context);
        }
        Digest calibration = context.calibration() == null
                ? null
                : context.calibration().digest();
        Provenance.note(graph, recipe, digest(file), calibration, Tool.VERSION);
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
                calibration);
    }

    private static Digest digest(Path file) throws IOException {
        MessageDigest sha256 = Digest.sha256();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), sha256)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return Digest.finish(sha256);
    }
}
