package io.fleetfit.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.fleetfit.compress.CheckReport;
import io.fleetfit.compress.Made;
import io.fleetfit.compress.MakeOrder;
import io.fleetfit.compress.Recipes;
import io.fleetfit.compress.Tool;
import io.fleetfit.onnx.GraphSummary;
import io.fleetfit.onnx.GraphSummary.OperatorClass;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.onnx.OnnxFile;
import io.fleetfit.onnx.SmallModels;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.Golden;
import io.fleetfit.protocol.GoldenValues;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.protocol.TensorSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ChildProcessWorkshopTest {
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
    void counts_what_a_network_costs() throws Exception {
        CheckReport report = workshop.check(written(SmallModels.network()), null);

        GraphSummary summary = report.summary();
        assertThat(summary.opsets()).containsEntry("", 12);
        assertThat(summary.operators()).contains("Conv", "BatchNormalization", "Gemm");
        assertThat(summary.inputs()).containsExactly(new TensorSpec("x", "FP32", List.of(1L, 3L, 8L, 8L)));
        assertThat(summary.macs())
                .containsEntry(OperatorClass.CONV_SPATIAL, 16L * 8 * 8 * 27)
                .containsEntry(OperatorClass.CONV_DEPTHWISE, 16L * 8 * 8 * 9)
                .containsEntry(OperatorClass.CONV_POINTWISE, 16L * 8 * 8 * 16)
                .containsEntry(OperatorClass.GEMM, 16L * 5);
        // Three maps of 16×8×8 floats live while the sum is made.
        assertThat(summary.peakActivationBytes()).isEqualTo(3L * 16 * 8 * 8 * 4);
        assertThat(summary.estimated()).isFalse();
        assertThat(report.runMillis()).isPositive();
        assertThat(report.peakRssBytes()).isGreaterThan(20 * MIB);
    }

    static Stream<Arguments> unusable() {
        return Stream.of(
                Arguments.of(SmallModels.customOperator(), ModelRefused.Code.CUSTOM_OPERATOR, "com.example.MyRelu"),
                Arguments.of(SmallModels.externalData(), ModelRefused.Code.EXTERNAL_DATA, "w1"),
                Arguments.of(SmallModels.bomb(20_000), ModelRefused.Code.TOO_MUCH_MEMORY, "700 MB"));
    }

    @ParameterizedTest
    @MethodSource("unusable")
    void refuses_models_that_cannot_be_used(ModelProto model, ModelRefused.Code code, String says) throws IOException {
        Path file = written(model);

        assertThatThrownBy(() -> workshop.check(file, null))
                .isInstanceOfSatisfying(ModelRefused.class, refused -> assertThat(refused.code())
                        .isEqualTo(code))
                .hasMessageContaining(says);
    }

    @Test
    void ends_a_model_that_runs_for_ever() throws IOException {
        Path file = written(SmallModels.endless());
        ChildProcessWorkshop impatient =
                new ChildProcessWorkshop(new WorkerSettings(700 * MIB, Duration.ofSeconds(4), folder.resolve("work")));

        assertThatThrownBy(() -> impatient.check(file, null))
                .isInstanceOfSatisfying(ModelRefused.class, refused -> assertThat(refused.code())
                        .isEqualTo(ModelRefused.Code.TIMEOUT));
        assertThat(folder.resolve("work")).isEmptyDirectory();
    }

    static Stream<Arguments> otherFiles() throws IOException {
        byte[] model = SmallModels.network().toByteArray();
        return Stream.of(
                Arguments.of(
                        "<!DOCTYPE html><html>404</html>".getBytes(StandardCharsets.UTF_8), ModelRefused.Code.NOT_ONNX),
                Arguments.of(new byte[0], ModelRefused.Code.TRUNCATED),
                Arguments.of(Arrays.copyOf(model, model.length - 100), ModelRefused.Code.TRUNCATED));
    }

    @ParameterizedTest
    @MethodSource("otherFiles")
    void refuses_files_that_are_no_models(byte[] bytes, ModelRefused.Code code) throws IOException {
        Path file = Files.write(folder.resolve("upload"), bytes);

        assertThatThrownBy(() -> workshop.check(file, null))
                .isInstanceOfSatisfying(ModelRefused.class, refused -> assertThat(refused.code())
                        .isEqualTo(code));
    }

    @Test
    void refuses_a_model_that_breaks_its_contract() throws IOException {
        Path file = written(SmallModels.network());
        ModelContract contract = new ModelContract(
                ModelContract.Task.TENSOR,
                List.of(new TensorSpec("x", "FP32", List.of(1L, 3L, 16L, 16L))),
                List.of(new TensorSpec("y", "FP32", List.of(1L, 5L))),
                null,
                false,
                List.of(),
                "top1");

        assertThatThrownBy(() -> workshop.check(file, contract))
                .isInstanceOfSatisfying(ModelRefused.class, refused -> assertThat(refused.code())
                        .isEqualTo(ModelRefused.Code.CONTRACT))
                .hasMessageContaining("[1, 3, 16, 16]")
                .hasMessageContaining("[1, 3, 8, 8]");
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void a_variant_answers_as_its_parent(String recipe, double tolerance) throws Exception {
        Path parent = written(SmallModels.network());
        Path target = folder.resolve(recipe + ".onnx");

        Made made = workshop.make(order(recipe, parent, null, target));

        assertThat(made.size()).isEqualTo(Files.size(target));
        assertThat(made.summary().operators()).doesNotContain("BatchNormalization");
        float[] before = run(parent);
        float[] after = run(target);
        for (int i = 0; i < before.length; i++) {
            assertThat(after[i]).isCloseTo(before[i], within((float) tolerance));
        }
    }

    static Stream<Arguments> recipes() {
        return Stream.of(
                Arguments.of(Recipes.FP32, 1e-4),
                Arguments.of(Recipes.FP16_STORAGE, 1e-2),
                Arguments.of(Recipes.INT8_WEIGHTS, 5e-2));
    }

    @Test
    void the_same_recipe_gives_the_same_bytes() throws Exception {
        Path parent = written(SmallModels.network());

        Made first = workshop.make(order(Recipes.INT8_WEIGHTS, parent, null, folder.resolve("a.onnx")));
        Made second = workshop.make(order(Recipes.INT8_WEIGHTS, parent, null, folder.resolve("b.onnx")));

        assertThat(second.digest()).isEqualTo(first.digest());
    }

    @Test
    void a_file_tells_where_it_comes_from() throws Exception {
        Path parent = written(SmallModels.network());
        Path target = folder.resolve("a.onnx");

        Made made = workshop.make(order(Recipes.INT8_WEIGHTS, parent, null, target));

        Map<String, String> metadata = new HashMap<>();
        OnnxFile.read(target).getMetadataPropsList().forEach(entry -> metadata.put(entry.getKey(), entry.getValue()));
        assertThat(metadata)
                .containsEntry("fleetfit.recipe", "int8-weights")
                .containsEntry(
                        "fleetfit.passes",
                        String.join(
                                " | ",
                                Recipes.find(Recipes.INT8_WEIGHTS).orElseThrow().passTexts()))
                .containsEntry("fleetfit.target", "any")
                .containsEntry(
                        "fleetfit.parent", Digest.of(Files.readAllBytes(parent)).hex())
                .containsEntry("fleetfit.tool", Tool.VERSION)
                .doesNotContainKey("fleetfit.calibration");
        assertThat(made.calibration()).isNull();
    }

    @Test
    void makes_a_real_model_smaller() throws Exception {
        Path parent = folder.resolve("classifier.onnx");
        try (InputStream in = getClass().getResourceAsStream("/models/ch_ppocr_mobile_v2.0_cls_infer.onnx")) {
            Files.copy(Objects.requireNonNull(in), parent);
        }
        ModelContract contract = new ModelContract(
                ModelContract.Task.CLASSIFICATION,
                List.of(new TensorSpec("x", "FP32", List.of(-1L, 3L, 48L, 192L))),
                List.of(new TensorSpec("save_infer_model/scale_0.tmp_1", "FP32", List.of(-1L, 2L))),
                null,
                false,
                List.of("0", "180"),
                "top1");

        Made halves = workshop.make(order(Recipes.FP16_STORAGE, parent, contract, folder.resolve("fp16.onnx")));
        Made integers = workshop.make(order(Recipes.INT8_WEIGHTS, parent, contract, folder.resolve("int8.onnx")));

        assertThat(halves.size()).isLessThan((long) (Files.size(parent) * 0.62));
        assertThat(integers.size()).isLessThan((long) (Files.size(parent) * 0.42));
        assertThat(integers.summary().totalMacs()).isBetween(1_000_000L, 100_000_000L);
    }

    private Path written(ModelProto model) throws IOException {
        Path file = folder.resolve("model.onnx");
        OnnxFile.write(model, file);
        return file;
    }

    private static float[] run(Path file) throws OrtException {
        Random random = new Random(3);
        float[] input = new float[3 * 8 * 8];
        for (int i = 0; i < input.length; i++) {
            input[i] = random.nextFloat();
        }
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = environment.createSession(file.toString());
                OnnxTensor x = OnnxTensor.createTensor(environment, FloatBuffer.wrap(input), new long[] {1, 3, 8, 8});
                OrtSession.Result result = session.run(Map.of("x", x))) {
            return ((float[][]) result.get(0).getValue())[0];
        }
    }

    private static MakeOrder order(String recipe, Path parent, @Nullable ModelContract contract, Path target) {
        return new MakeOrder(Recipes.find(recipe).orElseThrow(), parent, contract, null, target);
    }

    @Test
    void golden_outputs_are_those_of_the_variant_itself_and_the_same_each_time() throws Exception {
        Path file = written(SmallModels.network());
        ModelContract contract =
                new ModelContract(ModelContract.Task.TENSOR, List.of(), List.of(), null, false, List.of(), "quality");

        Golden golden =
                workshop.golden(file, contract, ExecutionSettings.cpu(), 1e-3).orElseThrow();

        assertThat(golden.cases()).hasSize(2);
        Golden.GoldenCase first = golden.cases().get(0);
        float[] answer = run(file, first.inputs().get(0));
        assertThat(first.outputs()).singleElement().satisfies(output -> {
            assertThat(output.shape()).containsExactly(1L, 5L);
            for (int i = 0; i < answer.length; i++) {
                assertThat(output.values().get(i)).isCloseTo(answer[i], within(1e-5));
            }
        });
        assertThat(workshop.golden(file, contract, ExecutionSettings.cpu(), 1e-3))
                .contains(golden);
    }

    private static float[] run(Path file, Golden.GoldenInput input) throws OrtException {
        ByteBuffer data = ByteBuffer.allocateDirect(3 * 8 * 8 * 4).order(ByteOrder.nativeOrder());
        GoldenValues.fill(input, data);
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = environment.createSession(file.toString());
                OnnxTensor tensor =
                        OnnxTensor.createTensor(environment, data.flip().asFloatBuffer(), new long[] {1, 3, 8, 8});
                OrtSession.Result result = session.run(Map.of("x", tensor))) {
            return ((float[][]) result.get(0).getValue())[0];
        }
    }
}
