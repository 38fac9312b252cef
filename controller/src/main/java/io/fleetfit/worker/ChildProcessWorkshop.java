package io.fleetfit.worker;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fleetfit.compress.CheckReport;
import io.fleetfit.compress.DistillOrder;
import io.fleetfit.compress.Distilled;
import io.fleetfit.compress.Made;
import io.fleetfit.compress.MakeOrder;
import io.fleetfit.compress.ModelWorkshop;
import io.fleetfit.compress.evaluate.Evaluation;
import io.fleetfit.compress.evaluate.EvaluationOrder;
import io.fleetfit.compress.evaluate.QualityMetric;
import io.fleetfit.dataset.DataSetFacts;
import io.fleetfit.dataset.DataSetWorkshop;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.onnx.ModelRefused.Code;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.Golden;
import io.fleetfit.protocol.JsonCodec;
import io.fleetfit.protocol.ModelContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@link ModelWorkshop} and {@link DataSetWorkshop} in child processes: reading, rewriting and running a file happen there,
 * under limits of memory and time, so that no file can harm the controller or fill its heap. Interrupting the calling thread
 * ends the child.
 */
public final class ChildProcessWorkshop implements ModelWorkshop, DataSetWorkshop {
    private static final ObjectMapper JSON = JsonCodec.mapper();
    private static final long POLL_MILLIS = 20;
    private static final long MIB = 1L << 20;

    /** Heap for a model: one tensor as floats and the changed weights; the file itself is mapped. */
    private static final int HEAP_PER_FILE_BYTE = 3;

    private static final long LEAST_HEAP = 192 * MIB;

    /** Heap for data sets: the directory of an archive of millions of samples, and the samples at hand. */
    private static final long DATA_HEAP = 640 * MIB;

    private final WorkerSettings settings;

    /** Works within these limits. */
    public ChildProcessWorkshop(WorkerSettings settings) {
        this.settings = settings;
    }

    @Override
    public CheckReport check(Path onnx, @Nullable ModelContract contract) throws ModelRefused {
        WorkerAnswer answer = run(onnx, contract, "check", null);
        if (answer.report() == null) {
            throw new IllegalStateException("the check gave no report");
        }
        return answer.report();
    }

    @Override
    public Made make(MakeOrder order) throws ModelRefused {
        boolean done = false;
        try {
            WorkerAnswer answer = run(order.onnx(), order.contract(), "make", order);
            if (answer.made() == null) {
                throw new IllegalStateException("the recipe gave no file");
            }
            done = true;
            return answer.made();
        } finally {
            if (!done) {
                delete(order.target());
            }
        }
    }

    @Override
    public Evaluation evaluate(EvaluationOrder order) throws ModelRefused {
        var unused = QualityMetric.of(order.contract());
        WorkerAnswer answer = run(order.parent(), order.contract(), "evaluate", order);
        if (answer.evaluation() == null) {
            throw new IllegalStateException("the evaluation gave no figures");
        }
        return answer.evaluation();
    }

    @Override
    public Distilled distill(DistillOrder order) throws ModelRefused {
        boolean done = false;
        try {
            WorkerAnswer answer = run(order.teacher(), order.contract(), "distill", order);
            if (answer.distilled() == null) {
                throw new IllegalStateException("the teacher gave no file");
            }
            done = true;
            return answer.distilled();
        } finally {
            if (!done) {
                delete(order.target());
            }
        }
    }

    @Override
    public DataSetFacts checkDataSet(Path file) throws ModelRefused {
        WorkerAnswer answer = run(file, null, "dataset", null);
        if (answer.facts() == null) {
            throw new IllegalStateException("the check gave no facts");
        }
        return answer.facts();
    }

    @Override
    public Optional<Golden> golden(Path onnx, ModelContract contract, ExecutionSettings settings, double relative)
            throws ModelRefused {
        return Optional.ofNullable(
                run(onnx, contract, "golden", new GoldenRun.GoldenOrder(contract, settings, relative))
                        .golden());
    }

    private WorkerAnswer run(Path onnx, @Nullable ModelContract contract, String verb, @Nullable Object order)
            throws ModelRefused {
        Path folder = null;
        try {
            Files.createDirectories(settings.folder());
            folder = Files.createTempDirectory(settings.folder(), "work");
            // A link: the child writes files beside the model, which must not be in the blob store.
            Path model = Files.createSymbolicLink(folder.resolve("model.onnx"), onnx.toAbsolutePath());
            Path answer = folder.resolve("answer.json");
            List<String> arguments = List.of(
                    verb,
                    model.toString(),
                    file(folder, "contract.json", contract),
                    answer.toString(),
                    file(folder, "order.json", order));
            supervise(start(arguments, heap(verb, onnx, order), folder), folder, answer);
            return read(answer);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot check " + onnx, e);
        } finally {
            if (folder != null) {
                deleteAll(folder);
            }
        }
    }

    private static String file(Path folder, String name, @Nullable Object content) throws IOException {
        if (content == null) {
            return "-";
        }
        return Files.write(folder.resolve(name), JSON.writeValueAsBytes(content))
                .toString();
    }

    private long heap(String verb, Path onnx, @Nullable Object order) throws IOException, ModelRefused {
        return switch (verb) {
            // ONNX Runtime alone reads the models.
            case "evaluate", "distill", "dataset" -> DATA_HEAP;
            default -> heap(onnx) + (order instanceof MakeOrder make && make.calibration() != null ? DATA_HEAP : 0);
        };
    }

    private long heap(Path onnx) throws IOException, ModelRefused {
        long size = Files.size(onnx);
        long heap = LEAST_HEAP + HEAP_PER_FILE_BYTE * size;
        if (size > LEAST_HEAP && heap > settings.maxMemoryBytes()) {
            throw new ModelRefused(
                    Code.TOO_MUCH_MEMORY,
                    String.format(
                            Locale.ROOT,
                            "checking a model of %d MB takes %d MB of memory, a check may use %d MB; raise the"
                                    + " controller's limit for checks or make the model smaller",
                            size / MIB,
                            heap / MIB,
                            settings.maxMemoryBytes() / MIB));
        }
        return heap;
    }

    private static Process start(List<String> arguments, long heap, Path folder) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap / MIB + "m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=" + folder.resolve("crash.log"),
                "-Djava.io.tmpdir=" + folder,
                WorkerMain.class.getName()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile());
        // In the environment: a long command line crashes ONNX Runtime's start, which searches it.
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        builder.environment().put("ORT_DISABLE_TELEMETRY", "1");
        builder.environment().put("MALLOC_ARENA_MAX", "2");
        return builder.start();
    }

    private void supervise(Process process, Path folder, Path answer) throws IOException, ModelRefused {
        Path beat = folder.resolve(WorkerMain.BEAT);
        long end = System.nanoTime() + settings.timeout().toNanos();
        try {
            while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                long resident = ProcessMemory.resident(process.pid());
                if (resident > settings.maxMemoryBytes()) {
                    throw new ModelRefused(
                            Code.TOO_MUCH_MEMORY,
                            "loading or running the model takes more than " + settings.maxMemoryBytes() / MIB
                                    + " MB; make its input or its activations smaller");
                }
                if (System.nanoTime() > end && !isAlive(beat)) {
                    throw new ModelRefused(
                            Code.TIMEOUT,
                            "loading or running the model takes longer than "
                                    + settings.timeout().toSeconds() + " s; does it loop for ever?");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ModelRefused(Code.TIMEOUT, "the check was interrupted; start it again", e);
        } finally {
            end(process);
        }
        if (!Files.exists(answer)) {
            throw new ModelRefused(
                    Code.RUNTIME_REJECTED,
                    "the process that tried the model ended with status " + process.exitValue()
                            + "; ONNX Runtime crashed on it: " + lastLine(folder.resolve("log")));
        }
    }

    private boolean isAlive(Path beat) throws IOException {
        return Files.exists(beat)
                && Files.getLastModifiedTime(beat)
                        .toInstant()
                        .plus(settings.timeout())
                        .isAfter(Instant.now());
    }

    private static void end(Process process) {
        process.destroyForcibly();
        try {
            process.waitFor(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String lastLine(Path log) throws IOException {
        List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
        return lines.isEmpty() ? "it said nothing" : lines.get(lines.size() - 1);
    }

    private static WorkerAnswer read(Path file) throws IOException, ModelRefused {
        WorkerAnswer answer = JSON.readValue(Files.readAllBytes(file), WorkerAnswer.class);
        if (answer.refusal() != null) {
            throw new ModelRefused(answer.refusal().code(), answer.refusal().message());
        }
        return answer;
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void deleteAll(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(ChildProcessWorkshop::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
