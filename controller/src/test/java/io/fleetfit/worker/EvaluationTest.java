package io.fleetfit.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.fleetfit.compress.MakeOrder;
import io.fleetfit.compress.Recipes;
import io.fleetfit.compress.evaluate.Evaluation;
import io.fleetfit.compress.evaluate.Evaluation.Estimate;
import io.fleetfit.compress.evaluate.EvaluationOrder;
import io.fleetfit.dataset.Lines;
import io.fleetfit.dataset.SampleSource;
import io.fleetfit.dataset.pack.DataSetPacker;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.onnx.OnnxFile;
import io.fleetfit.onnx.SmallModels;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.ImageInput;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.protocol.TensorSpec;
import io.fleetfit.registry.Invalid;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluationTest {
    private static final long MIB = 1L << 20;

    @TempDir
    private Path folder;

    private ChildProcessWorkshop workshop;

    @BeforeEach
    void workshop() {
        workshop =
                new ChildProcessWorkshop(new WorkerSettings(700 * MIB, Duration.ofSeconds(60), folder.resolve("work")));
    }

    @Test
    void compares_a_variant_of_a_real_model_with_its_parent() throws Exception {
        // Given
        Path parent = Lines.model(folder);
        ModelContract contract = Lines.contract("top1");
        SampleSource lines = packed(Lines.write(folder.resolve("lines"), 30), 40);
        Path variant = folder.resolve("int8.onnx");
        workshop.make(new MakeOrder(Recipes.find(Recipes.INT8_WEIGHTS).orElseThrow(), parent, contract, null, variant));
        Path answers = folder.resolve("answers");

        // When
        Evaluation first = workshop.evaluate(order(parent, variant, contract, lines, answers, 1));

        // Then
        assertThat(first.samples()).isEqualTo(40);
        Estimate quality = Objects.requireNonNull(first.quality());
        assertThat(quality.metric()).isEqualTo("top1");
        assertThat(quality.value()).isGreaterThan(0.8);
        assertThat(quality.low()).isLessThan(quality.value());
        assertThat(Objects.requireNonNull(first.agreement()).value()).isGreaterThan(0.9);
        assertThat(first.cosine()).isBetween(0.99, 1.0);
        assertThat(first.sqnrDecibels()).isBetween(10.0, 100.0);
        assertThat(first.classes())
                .extracting(Evaluation.ClassChange::label)
                .containsExactlyInAnyOrder("upright", "turned");
        assertThat(first.classes()).extracting(Evaluation.ClassChange::samples).containsExactly(20L, 20L);
        Evaluation.LatencyRatio latency = Objects.requireNonNull(first.latency());
        assertThat(latency.machine()).isNotBlank();
        assertThat(latency.ratio()).isBetween(latency.low(), latency.high()).isBetween(0.2, 5.0);

        // When the parent's answers are there already
        Evaluation second = workshop.evaluate(order(parent, variant, contract, lines, answers, null));

        // Then
        assertThat(second.latency()).isNull();
        assertThat(second).usingRecursiveComparison().ignoringFields("latency").isEqualTo(first);

        // When they are damaged
        byte[] bytes = Files.readAllBytes(answers);
        bytes[bytes.length / 2] ^= 1;
        Files.write(answers, bytes);
        Evaluation third = workshop.evaluate(order(parent, variant, contract, lines, answers, null));

        // Then they are made anew
        assertThat(third).isEqualTo(second);
        bytes[bytes.length / 2] ^= 1;
        assertThat(Files.readAllBytes(answers)).isEqualTo(bytes);
        assertThat(folder.resolve("work")).isEmptyDirectory();
    }

    @Test
    void a_model_equals_itself() throws Exception {
        Path parent = network();

        Evaluation same = workshop.evaluate(order(
                parent, parent, contract("cosine", List.of(1L, 5L)), arrays(7, null), folder.resolve("answers"), null));

        assertThat(same.samples()).isEqualTo(7);
        assertThat(same.cosine()).isEqualTo(1);
        assertThat(same.sqnrDecibels()).isInfinite();
        assertThat(Objects.requireNonNull(same.quality()).value()).isEqualTo(1);
    }

    @Test
    void refuses_labels_that_the_model_does_not_have() throws Exception {
        Path parent = network();
        ModelContract open = contract("top1", List.of(1L, -1L));
        EvaluationOrder order = order(parent, parent, open, arrays(3, "7"), folder.resolve("answers"), null);

        assertThatThrownBy(() -> workshop.evaluate(order))
                .isInstanceOfSatisfying(
                        ModelRefused.class, it -> assertThat(it.code()).isEqualTo(ModelRefused.Code.DATA_SET))
                .hasMessageContaining("class 7")
                .hasMessageContaining("5 scores");
        assertThat(folder.resolve("answers")).doesNotExist();
    }

    @Test
    void refuses_answers_that_are_no_numbers_and_names_the_sample() throws Exception {
        Path parent = network();
        Path variant = folder.resolve("nan.onnx");
        OnnxFile.write(SmallModels.notANumber(), variant);
        EvaluationOrder order = order(
                parent, variant, contract("top1", List.of(1L, 5L)), arrays(3, "2"), folder.resolve("answers"), null);

        assertThatThrownBy(() -> workshop.evaluate(order))
                .isInstanceOfSatisfying(
                        ModelRefused.class, it -> assertThat(it.code()).isEqualTo(ModelRefused.Code.NOT_FINITE))
                .hasMessageContaining("variant's output 'y' is NaN")
                .hasMessageContaining("sample 's0'");
    }

    @Test
    void refuses_a_metric_that_cannot_be_measured_at_once() throws Exception {
        Path parent = network();
        EvaluationOrder order = order(
                parent, parent, contract("bleu", List.of(1L, 5L)), arrays(3, "2"), folder.resolve("answers"), null);

        assertThatThrownBy(() -> workshop.evaluate(order))
                .isInstanceOf(Invalid.class)
                .hasMessageContaining("bleu")
                .extracting("remedy")
                .asString()
                .contains("top1", "macro-f1");
    }

    @Test
    void measures_mean_average_precision_of_a_detector() throws Exception {
        // Given a face on the left of the first picture and none on the second
        Path detector = folder.resolve("detector.onnx");
        OnnxFile.write(SmallModels.detector(), detector);
        Path lines = Lines.write(folder.resolve("lines"), 1);
        Path list = Files.writeString(lines.resolve("labels.jsonl"), """
                {"file": "upright/0.png", "boxes": [{"label": "face", "box": [0, 0, 0.5, 1]}]}
                {"file": "turned/0.png", "boxes": []}
                """);
        ImageInput image = new ImageInput(
                8,
                8,
                ImageInput.Resize.STRETCH,
                ImageInput.Layout.NCHW,
                ImageInput.Channels.RGB,
                1 / 255.0,
                List.of(),
                List.of());
        ModelContract contract = new ModelContract(
                ModelContract.Task.DETECTION,
                List.of(new TensorSpec("x", "FP32", List.of(1L, 3L, 8L, 8L))),
                List.of(
                        new TensorSpec("scores", "FP32", List.of(1L, 2L, 2L)),
                        new TensorSpec("boxes", "FP32", List.of(1L, 2L, 4L))),
                image,
                false,
                List.of("face"),
                "map");

        // When
        Evaluation found = workshop.evaluate(
                order(detector, detector, contract, packed(list, 10), folder.resolve("answers"), null));

        // Then of the equally sure two the one that is there comes first
        Estimate map = Objects.requireNonNull(found.quality());
        assertThat(map.metric()).isEqualTo("map");
        assertThat(map.value()).isEqualTo(1);
        assertThat(map.low()).isBetween(0.0, 1.0);
        assertThat(found.classes()).isEmpty();
        assertThat(found.agreement()).isNull();
    }

    @Test
    void a_recipe_reads_its_calibration_set_and_notes_it() throws Exception {
        Path parent = network();
        ModelContract contract = contract("top1", List.of(1L, 5L));
        SampleSource samples = arrays(3, "2");
        Path target = folder.resolve("made.onnx");
        var recipe = Recipes.find("int8-x86-vnni").orElseThrow();

        workshop.make(new MakeOrder(recipe, parent, contract, samples, target));

        assertThat(OnnxFile.read(target).getMetadataPropsList()).anySatisfy(note -> {
            assertThat(note.getKey()).isEqualTo("fleetfit.calibration");
            assertThat(note.getValue()).hasSize(64);
        });
        Path other = folder.resolve("other.onnx");
        ModelContract flat = new ModelContract(
                ModelContract.Task.CLASSIFICATION,
                List.of(new TensorSpec("x", "FP32", List.of(1L, 192L))),
                contract.outputs(),
                null,
                false,
                List.of(),
                "top1");
        assertThatThrownBy(() -> workshop.make(new MakeOrder(recipe, parent, flat, samples, other)))
                .isInstanceOfSatisfying(
                        ModelRefused.class, it -> assertThat(it.code()).isEqualTo(ModelRefused.Code.DATA_SET))
                .hasMessageContaining("[3, 8, 8]")
                .hasMessageContaining("[1, 192]");
        assertThat(other).doesNotExist();
    }

    @Test
    void measures_nothing_without_samples_in_the_split() throws Exception {
        Path parent = network();
        SampleSource all = arrays(3, "2");
        SampleSource none = new SampleSource(all.file(), all.digest(), "validation", 10, 1);

        assertThatThrownBy(() -> workshop.evaluate(order(
                        parent, parent, contract("top1", List.of(1L, 5L)), none, folder.resolve("answers"), null)))
                .isInstanceOf(ModelRefused.class)
                .hasMessageContaining("no sample in the split 'validation'");
    }

    private Path network() throws Exception {
        Path file = folder.resolve("network.onnx");
        ModelProto model = SmallModels.network();
        OnnxFile.write(model, file);
        return file;
    }

    private static ModelContract contract(String metric, List<Long> output) {
        return new ModelContract(
                ModelContract.Task.CLASSIFICATION,
                List.of(new TensorSpec("x", "FP32", List.of(1L, 3L, 8L, 8L))),
                List.of(new TensorSpec("y", "FP32", output)),
                null,
                false,
                List.of(),
                metric);
    }

    private SampleSource arrays(int count, @Nullable String label) throws Exception {
        Random random = new Random(9);
        StringBuilder list = new StringBuilder();
        for (int i = 0; i < count; i++) {
            String values = random.doubles(192).mapToObj(Double::toString).collect(Collectors.joining(","));
            String shaped = "[[[" + values.replaceAll("((?:[^,]+,){7}[^,]+),", "$1],[") + "]]]";
            String array = shaped.replaceAll("((?:\\[[^\\]]*\\],){7}\\[[^\\]]*\\]),", "$1],[");
            list.append("{\"id\":\"s")
                    .append(i)
                    .append("\",\"inputs\":{\"x\":")
                    .append(array)
                    .append('}');
            list.append(label == null ? "" : ",\"label\":" + label).append("}\n");
        }
        return packed(Files.writeString(folder.resolve("samples.jsonl"), list), 100);
    }

    private SampleSource packed(Path source, int most) throws Exception {
        Path file = folder.resolve("set.zip");
        DataSetPacker.pack(new DataSetPacker.Order(source, null, Map.of(), 0), file, samples -> {});
        return new SampleSource(file, Digest.of(Files.readAllBytes(file)), most, 1);
    }

    private static EvaluationOrder order(
            Path parent,
            Path variant,
            ModelContract contract,
            SampleSource validation,
            Path answers,
            @Nullable Integer threads) {
        return new EvaluationOrder(parent, variant, ExecutionSettings.cpu(), contract, validation, answers, threads);
    }
}
