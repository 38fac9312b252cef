package io.fleetfit.compress.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.fleetfit.compress.PassCatalog;
import io.fleetfit.compress.PassSpec;
import io.fleetfit.compress.Target;
import io.fleetfit.dataset.Sample;
import io.fleetfit.dataset.Samples;
import io.fleetfit.onnx.FloatTensor;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.protocol.Digest;
import io.fleetfit.registry.Invalid;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class QuantizeStaticRefusalTest {
    private static final RandomSamples CALIBRATION = new RandomSamples(12, 1, "x", 1, 3, 12, 12);

    private final Bench bench = new Bench();

    private static void assertRefused(ThrowingCallable call, ModelRefused.Code code, String... texts) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(ModelRefused.class, refused -> assertThat(refused.code())
                        .isEqualTo(code))
                .hasMessageContainingAll(texts);
    }

    @Test
    void a_quantized_model_is_refused() throws ModelRefused {
        ModelProto quantized = bench.quantize(QuantizeStaticTest.network().model(), CALIBRATION, Target.ANY);

        assertRefused(
                () -> bench.quantize(quantized, CALIBRATION, Target.ANY),
                ModelRefused.Code.NOT_COMPRESSIBLE,
                "quantized already",
                "QuantizeLinear",
                "32-bit original");
    }

    @Test
    void an_old_operator_set_is_refused_with_the_pass_that_helps() {
        ModelProto old = QuantizeStaticTest.network().opset(12).model();

        assertRefused(
                () -> bench.quantize(old, CALIBRATION, Target.ANY),
                ModelRefused.Code.NOT_COMPRESSIBLE,
                "operator set 12",
                "upgrade-opset");
    }

    @Test
    void without_data_it_is_refused() {
        assertRefused(
                () -> bench.apply(QuantizeStaticTest.network().model(), "quantize-static", Map.of(), null, Target.ANY),
                ModelRefused.Code.NEEDS_DATA,
                "--calibration");
        assertRefused(
                () -> bench.quantize(
                        QuantizeStaticTest.network().model(), new RandomSamples(0, 1, "x", 1, 3, 12, 12), Target.ANY),
                ModelRefused.Code.NEEDS_DATA,
                "no sample");
    }

    @Test
    void one_sample_works_and_is_warned_of() throws ModelRefused {
        RandomSamples one = new RandomSamples(1, 1, "x", 1, 3, 12, 12);
        ModelProto model = QuantizeStaticTest.network().model();

        ModelProto quantized = bench.quantize(model, one, Target.ANY);

        assertThat(Bench.decibels(model, quantized, one)).isGreaterThan(20);
        assertThat(bench.findings)
                .anySatisfy(finding -> assertThat(finding.text()).contains("has 1 sample;", "use 100 or more"));
    }

    @Test
    void values_that_are_no_numbers_are_refused_with_value_and_sample() {
        ModelProto inside = new GraphSketch()
                .input("x", 1, 3, 12, 12)
                .node("Sqrt", "root", List.of("x"))
                .conv("y", "root", 3, 4, 3, 1)
                .output("y")
                .model();
        ModelProto outside = new GraphSketch()
                .input("x", 1, 3, 12, 12)
                .conv("c", "x", 3, 4, 3, 1)
                .node("Log", "y", List.of("c"))
                .output("y")
                .model();

        assertRefused(
                () -> bench.quantize(inside, CALIBRATION, Target.ANY),
                ModelRefused.Code.NOT_COMPRESSIBLE,
                "not a number",
                "'root'",
                "sample-0");
        assertRefused(
                () -> bench.quantize(outside, CALIBRATION, Target.ANY),
                ModelRefused.Code.NOT_COMPRESSIBLE,
                "output 'y' is not a number",
                "sample-0");
    }

    @Test
    void a_model_without_anything_to_quantize_is_refused() {
        ModelProto model = new GraphSketch()
                .input("x", 1, 3, 12, 12)
                .node("Relu", "y", List.of("x"))
                .output("y")
                .model();

        assertRefused(
                () -> bench.quantize(model, CALIBRATION, Target.ANY),
                ModelRefused.Code.NOT_COMPRESSIBLE,
                "no node is left to quantize");
    }

    @Test
    void an_activation_that_is_always_zero_gives_the_bias() throws ModelRefused {
        ModelProto model = new GraphSketch()
                .input("x", 1, 3, 12, 12)
                .conv("y", "x", 3, 4, 3, 1)
                .output("y")
                .model();
        Samples black = new Samples() {
            @Override
            public int count() {
                return 1;
            }

            @Override
            public Digest digest() {
                return Digest.of(new byte[0]);
            }

            @Override
            public Iterator<Sample> iterator() {
                FloatTensor zeros = new FloatTensor(new long[] {1, 3, 12, 12}, new float[3 * 12 * 12]);
                return List.of(new Sample("black", Map.of("x", zeros), null)).iterator();
            }
        };

        ModelProto quantized = bench.quantize(model, black, Target.ANY);

        assertThat(Bench.decibels(model, quantized, black)).isGreaterThan(35);
    }

    @Test
    void settings_out_of_their_bounds_are_named() {
        assertThatThrownBy(() -> PassCatalog.create(new PassSpec("quantize-static", Map.of("calibration", "guess"))))
                .isInstanceOf(Invalid.class)
                .hasMessageContaining("calibration");
        assertThatThrownBy(() -> PassCatalog.create(new PassSpec("quantize-static", Map.of("weight-bits", 4))))
                .isInstanceOf(Invalid.class)
                .hasMessageContaining("weight-bits");
    }
}
