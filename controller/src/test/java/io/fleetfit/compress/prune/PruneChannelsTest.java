package io.fleetfit.compress.prune;

import static io.fleetfit.compress.linear.Net.integer;
import static io.fleetfit.compress.linear.Net.ints;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import io.fleetfit.compress.PassCatalog;
import io.fleetfit.compress.PassSpec;
import io.fleetfit.compress.linear.Net;
import io.fleetfit.compress.linear.Trial;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.registry.Invalid;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Half of the channels are of no use: the layers behind do not look at them. Taking out just these changes nothing, so any
 * difference in the answers is a cut at the wrong place.
 */
class PruneChannelsTest {
    private static final long[] INPUT = {1, 3, 8, 8};
    private static final AttributeProto SAME = ints("pads", 1, 1, 1, 1);
    /** As many as possible, but not more than half of a layer, one by one, without making up for anything. */
    private static final Map<String, Object> HALF = Map.of(
            "macs-cut", 0.9, "most-of-layer", 0.5, "round-to", 1, "reconstruct", "none", "sensitivity-samples", 4);

    @TestFactory
    List<DynamicTest> useless_channels_go_and_nothing_changes() {
        return List.of(
                exact("chain", chain(), "head", 6),
                exact("residual", residual(), "head", 6),
                exact("depthwise", depthwise(), "head", 6),
                exact("depthwise with a multiplier", multiplied(), "head", 12),
                exact("concat", concat(), "head", 12),
                exact("concat of pictures", tall(), "head", 6),
                exact("split", split(11), "first", 6),
                exact("split with sizes as an input", split(13), "first", 6),
                exact("squeeze and excite", squeezeExcite(), "head", 6),
                exact("batch normalisation and activations", normalized(), "head", 6),
                exact("transposed and flattened", transposed(), null, 0),
                exact("flatten", flattened("Flatten"), null, 0),
                exact("reshape", flattened("Reshape"), null, 0),
                exact("pooled", pooled(), null, 0),
                exact("product over the last axis", products(), null, 0),
                exact("shared weights", shared(), "head", 6));
    }

    private static DynamicTest exact(String name, ModelProto model, @Nullable String layer, long inputs) {
        return DynamicTest.dynamicTest(name, () -> {
            Trial trial = Trial.of(model, "prune-channels", HALF, Trial.samples(20, INPUT));

            assertThat(trial.error(INPUT)).isLessThan(1e-5);
            assertThat(trial.weightsLeft()).isLessThan(0.8);
            assertThat(trial.findings()).allMatch(finding -> finding.subject().equals("model"));
            if (layer != null) {
                assertThat(trial.weightOf(layer).get(1)).isEqualTo(inputs);
            }
        });
    }

    private static Net stem() {
        return Net.of(12, INPUT).conv("x", "c", 12, 3, 3, SAME).node("Relu", "c", "r");
    }

    private static ModelProto chain() {
        return stem().blind(PruneChannelsTest::isUseless, "hw", 5, 12, 3, 3)
                .node("Conv", "r hw", "head", SAME)
                .gives("head");
    }

    private static ModelProto residual() {
        return stem().blind(PruneChannelsTest::isUseless, "w1", 8, 12, 3, 3)
                .node("Conv", "r w1", "c1", SAME)
                .node("Relu", "c1", "r1")
                .blind(PruneChannelsTest::isUseless, "w2", 12, 8, 1, 1)
                .node("Conv", "r1 w2", "c2")
                .node("Add", "c2 r", "s")
                .node("Relu", "s", "t")
                .blind(PruneChannelsTest::isUseless, "hw", 5, 12, 1, 1)
                .node("Conv", "t hw", "head")
                .gives("head");
    }

    private static ModelProto depthwise() {
        return stem().conv("r", "d", 12, 1, 3, SAME, integer("group", 12))
                .node("Clip", "d", "e")
                .blind(PruneChannelsTest::isUseless, "hw", 5, 12, 1, 1)
                .node("Conv", "e hw", "head")
                .gives("head");
    }

    private static ModelProto multiplied() {
        return stem().conv("r", "d", 24, 1, 3, SAME, integer("group", 12))
                .blind(output -> isUseless(output / 2), "hw", 5, 24, 1, 1)
                .node("Conv", "d hw", "head")
                .gives("head");
    }

    private static ModelProto concat() {
        return stem().blind(PruneChannelsTest::isUseless, "w2", 12, 12, 1, 1)
                .node("Conv", "r w2", "c2")
                .node("Sigmoid", "c2", "s")
                .node("Concat", "x r s", "all", integer("axis", 1))
                .blind(channel -> channel >= 3 && isUseless((channel - 3) % 12), "hw", 5, 27, 1, 1)
                .node("Conv", "all hw", "head0")
                .node("Concat", "r s", "both", integer("axis", -3))
                .blind(channel -> isUseless(channel % 12), "gw", 5, 24, 1, 1)
                .node("Conv", "both gw", "head")
                .gives("head0", "head");
    }

    private static ModelProto tall() {
        return stem().conv("x", "c2", 12, 3, 1)
                .node("Concat", "r c2", "all", integer("axis", 2))
                .blind(PruneChannelsTest::isUseless, "hw", 5, 12, 1, 1)
                .node("Conv", "all hw", "head")
                .gives("head");
    }

    private static ModelProto split(int opset) {
        Net net = Net.of(opset, INPUT).conv("x", "c", 24, 3, 3, SAME).node("Relu", "c", "r");
        net = opset < 13
                ? net.node("Split", "r", "a b", integer("axis", 1), ints("split", 12, 12))
                : net.longs("sizes", 12, 12).node("Split", "r sizes", "a b", integer("axis", 1));
        // Each output keeps its first channel, and the first ones are of use here.
        IntPredicate useless = channel -> channel % 2 == 1;
        return net.blind(useless, "w1", 5, 12, 1, 1)
                .node("Conv", "a w1", "first")
                .blind(useless, "w2", 5, 12, 1, 1)
                .node("Conv", "b w2", "second")
                .gives("first", "second");
    }

    private static ModelProto squeezeExcite() {
        return stem().node("GlobalAveragePool", "r", "g")
                .blind(PruneChannelsTest::isUseless, "w1", 4, 12, 1, 1)
                .node("Conv", "g w1", "s1")
                .node("Relu", "s1", "s2")
                .conv("s2", "s3", 12, 4, 1)
                .node("HardSigmoid", "s3", "gate")
                .node("Mul", "r gate", "m")
                .blind(PruneChannelsTest::isUseless, "hw", 5, 12, 1, 1)
                .node("Conv", "m hw", "head")
                .gives("head");
    }

    private static ModelProto normalized() {
        return stem().weights("gamma", 12)
                .weights("beta", 12)
                .weights("mean", 12)
                .positive("variance", 12)
                .node("BatchNormalization", "r gamma beta mean variance", "n")
                .weights("slope", 12, 1, 1)
                .node("PRelu", "n slope", "p")
                .weights("scale", 1, 12, 1, 1)
                .node("Mul", "p scale", "q")
                .positive("one", 1)
                .node("Add", "q one", "o")
                .weights("ig", 12)
                .weights("ib", 12)
                .node("InstanceNormalization", "o ig ib", "i")
                .floats("none", new float[0], 0)
                .floats("scales", new float[] {1, 1, 2, 2}, 4)
                .node("Resize", "i none scales", "u")
                .longs("pads", 0, 0, 1, 1, 0, 0, 1, 1)
                .node("Pad", "u pads", "v")
                .longs("starts", 1, 1)
                .longs("ends", 9, 9)
                .longs("axes", 2, 3)
                .node("Slice", "v starts ends axes", "z")
                .blind(PruneChannelsTest::isUseless, "hw", 5, 12, 1, 1)
                .node("Conv", "z hw", "head")
                .gives("head");
    }

    private static ModelProto transposed() {
        return stem().node("MaxPool", "r", "m", ints("kernel_shape", 2, 2), ints("strides", 2, 2))
                .node("Transpose", "m", "t", ints("perm", 0, 2, 3, 1))
                .node("Flatten", "t", "f")
                .blind(feature -> isUseless(feature % 12), "hw", 5, 192)
                .weights("hb", 5)
                .node("Gemm", "f hw hb", "head", integer("transB", 1))
                .gives("head");
    }

    private static ModelProto flattened(String how) {
        Net net = stem().node("MaxPool", "r", "m", ints("kernel_shape", 4, 4), ints("strides", 4, 4));
        net = how.equals("Flatten")
                ? net.node("Flatten", "m", "f")
                : net.longs("shape", 1, 48).node("Reshape", "m shape", "f");
        return net.blind(feature -> isUseless(feature / 4), "hw", 5, 48)
                .node("Gemm", "f hw", "head", integer("transB", 1))
                .gives("head");
    }

    private static ModelProto pooled() {
        return stem().node("ReduceMean", "r", "g", ints("axes", 2, 3), integer("keepdims", 0))
                .node("Unsqueeze", "g", "u", ints("axes", 1))
                .node("Squeeze", "u", "s", ints("axes", 1))
                .blind(PruneChannelsTest::isUseless, "hw", 5, 12)
                .node("Gemm", "s hw", "head", integer("transB", 1))
                .gives("head");
    }

    private static ModelProto products() {
        float[] zeroed = new float[10 * 4];
        for (int i = 0; i < zeroed.length; i++) {
            zeroed[i] = isUseless(i / 4) ? 0 : 0.1f * (i % 7) - 0.2f;
        }
        return Net.of(12, INPUT)
                .weights("w1", 8, 10)
                .node("MatMul", "x w1", "a")
                .weights("b1", 10)
                .node("Add", "a b1", "b")
                .node("Tanh", "b", "t")
                .floats("w2", zeroed, 10, 4)
                .node("MatMul", "t w2", "head")
                .gives("head");
    }

    private static ModelProto shared() {
        return Net.of(12, INPUT)
                .weights("w", 12, 3, 3, 3)
                .node("Conv", "x w", "c1", SAME)
                .node("Neg", "x", "y")
                .node("Conv", "y w", "c2", SAME)
                .blind(PruneChannelsTest::isUseless, "hw", 5, 12, 1, 1)
                .node("Conv", "c1 hw", "head")
                .blind(PruneChannelsTest::isUseless, "lw", 40, 12, 3, 3)
                .node("Conv", "c1 lw", "large", SAME)
                // The same weights give an output, where every channel counts.
                .gives("head", "c2", "large");
    }

    @TestFactory
    List<DynamicTest> what_is_not_known_keeps_its_channels() {
        return List.of(
                kept(
                        "LRN",
                        stem().node("LRN", "r", "l", integer("size", 3))
                                .conv("l", "head", 5, 12, 1)
                                .gives("head")),
                kept(
                        "Conv",
                        stem().conv("r", "g", 12, 4, 1, integer("group", 3))
                                .conv("g", "head", 5, 12, 1)
                                .gives("head", "g")),
                kept(
                        "ConvTranspose",
                        stem().weights("tw", 12, 5, 2, 2)
                                .node("ConvTranspose", "r tw", "head")
                                .gives("head")),
                kept(
                        "Reshape",
                        stem().longs("shape", 1, 4, 3, 64)
                                .node("Reshape", "r shape", "head")
                                .gives("head")));
    }

    private static DynamicTest kept(String operator, ModelProto model) {
        return DynamicTest.dynamicTest(operator, () -> {
            Trial trial = Trial.of(model, "prune-channels", HALF, Trial.samples(4, INPUT));

            assertThat(trial.weightsLeft()).isEqualTo(1);
            assertThat(trial.error(INPUT)).isZero();
            assertThat(trial.findings()).anyMatch(finding -> finding.text().startsWith(operator + ": "));
        });
    }

    @Test
    void values_that_an_inner_graph_uses_keep_their_channels() throws ModelRefused {
        AttributeProto then = Net.of(12, 1).node("Exp", "r", "e").inside("then_branch", "e");
        AttributeProto otherwise = Net.of(12, 1).node("Neg", "r", "n").inside("else_branch", "n");
        ModelProto model = stem().truth("yes")
                .node("If", "yes", "i", then, otherwise)
                .conv("i", "c1", 12, 12, 3, SAME)
                .blind(PruneChannelsTest::isUseless, "hw", 5, 12, 1, 1)
                .node("Conv", "c1 hw", "head")
                .gives("head");

        Trial trial = Trial.of(model, "prune-channels", HALF, Trial.samples(6, INPUT));

        assertThat(trial.weightOf("c")).containsExactly(12L, 3L, 3L, 3L);
        assertThat(trial.weightOf("c1")).containsExactly(6L, 12L, 3L, 3L);
        assertThat(trial.error(INPUT)).isLessThan(1e-5);
    }

    @Test
    void outputs_of_the_graph_keep_their_channels() throws ModelRefused {
        ModelProto model = stem().conv("r", "head", 5, 12, 1).gives("head", "r");

        Trial trial = Trial.of(model, "prune-channels", HALF, Trial.samples(4, INPUT));

        assertThat(trial.weightsLeft()).isEqualTo(1);
        assertThat(trial.findings()).singleElement().satisfies(finding -> assertThat(finding.text())
                .contains("no channel can go"));
    }

    @Test
    void channels_that_others_can_stand_for_go_without_loss() throws ModelRefused {
        // Channels 8 to 15 are twice the channels 0 to 7, before and after the Relu.
        Random random = new Random(2);
        int half = 8 * 27;
        float[] weights = new float[2 * half];
        for (int i = 0; i < half; i++) {
            weights[i] = (float) random.nextGaussian() * 0.3f;
            weights[i + half] = 2 * weights[i];
        }
        ModelProto model = Net.of(12, INPUT)
                .floats("w", weights, 16, 3, 3, 3)
                .node("Conv", "x w", "c", SAME)
                .node("Relu", "c", "r")
                .conv("r", "head", 5, 16, 3, SAME)
                .gives("head");
        Map<String, Object> exact = Map.of("macs-cut", 0.5, "ridge", 1e-7);

        Trial trial = Trial.of(model, "prune-channels", exact, Trial.samples(30, INPUT));

        assertThat(trial.weightOf("head")).containsExactly(5L, 8L, 3L, 3L);
        assertThat(trial.error(INPUT)).isLessThan(1e-3);
    }

    @Test
    void reconstruction_makes_up_for_what_went() throws ModelRefused {
        ModelProto model = stem().conv("r", "c2", 24, 12, 3, SAME)
                .node("Relu", "c2", "r2")
                .conv("r2", "head", 5, 24, 1)
                .gives("head");

        double without = error(model, "none");
        double with = error(model, "following");

        assertThat(with).isLessThan(0.8 * without);
    }

    private static double error(ModelProto model, String reconstruct) throws ModelRefused {
        Map<String, Object> settings = Map.of("macs-cut", 0.3, "round-to", 4, "reconstruct", reconstruct);
        return Trial.of(model, "prune-channels", settings, Trial.samples(60, INPUT))
                .error(INPUT);
    }

    @Test
    void widths_are_rounded_and_the_budget_holds() throws ModelRefused {
        ModelProto model = Net.of(12, INPUT)
                .conv("x", "c1", 32, 3, 3, SAME)
                .node("Relu", "c1", "r1")
                .conv("r1", "c2", 32, 32, 3, SAME)
                .node("Relu", "c2", "r2")
                .conv("r2", "head", 8, 32, 1)
                .gives("head");

        Trial trial = Trial.of(model, "prune-channels", Map.of("macs-cut", 0.4), Trial.samples(30, INPUT));

        long first = trial.weightOf("c1").get(0);
        long second = trial.weightOf("c2").get(0);
        assertThat(first % 8).isZero();
        assertThat(second % 8).isZero();
        long macs = first * 27 + first * second * 9 + second * 8;
        assertThat(macs).isLessThanOrEqualTo(Math.round(0.6 * (32 * 27 + 32 * 32 * 9 + 32 * 8)));
    }

    @Test
    void needs_a_calibration_set() {
        assertThatThrownBy(() -> Trial.once(chain(), "prune-channels", Map.of(), null))
                .isInstanceOfSatisfying(ModelRefused.class, refused -> assertThat(refused.code())
                        .isEqualTo(ModelRefused.Code.NEEDS_DATA));
    }

    @Test
    void a_setting_out_of_its_bounds_is_named() {
        assertThatThrownBy(() -> PassCatalog.create(new PassSpec("prune-channels", Map.of("macs-cut", 1.5))))
                .isInstanceOf(Invalid.class)
                .hasMessageContaining("macs-cut");
        assertThatThrownBy(() -> PassCatalog.create(new PassSpec("prune-channels", Map.of("macscut", 0.5))))
                .isInstanceOf(Invalid.class)
                .hasMessageContaining("macscut");
    }

    private static boolean isUseless(int channel) {
        return channel % 3 == 1 || channel % 6 == 0;
    }
}
