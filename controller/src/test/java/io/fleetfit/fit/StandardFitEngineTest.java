package io.fleetfit.fit;

import static io.fleetfit.fit.Fits.capabilities;
import static io.fleetfit.fit.Fits.device;
import static io.fleetfit.fit.Fits.measurement;
import static io.fleetfit.fit.Fits.variant;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fleetfit.cost.LatencyEstimate.Source;
import io.fleetfit.fit.FitDecision.Ranked;
import io.fleetfit.fit.FitEngine.Subject;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.JsonCodec;
import io.fleetfit.registry.Quality;
import io.fleetfit.registry.Variant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StandardFitEngineTest {
    private static final Quality PERFECT = new Quality("top1", 1, 300);

    private final FitEngine engine = new StandardFitEngine(Fits.RATES);

    @Test
    void of_equal_measured_quality_the_one_closer_to_the_original_wins() {
        // Given three precisions that the same 300 samples cannot tell apart
        List<Variant> variants = List.of(
                variant("int8-weights")
                        .precision("int8-weights")
                        .quality(PERFECT)
                        .size(200_000)
                        .build(),
                variant("fp16-storage")
                        .precision("fp16-storage")
                        .quality(PERFECT)
                        .size(300_000)
                        .build(),
                variant("fp32").quality(PERFECT).size(590_000).build());

        // When
        FitDecision decision = decide(variants, Policy.unbounded());

        // Then
        assertThat(names(decision)).containsExactly("fp32", "fp16-storage", "int8-weights");
        assertThat(decision.ranking()).extracting(Ranked::score).allMatch(score -> score >= 0 && score <= 100);
    }

    @Test
    void two_points_of_quality_outweigh_any_headroom() {
        // Given
        Variant good = variant("good")
                .quality(new Quality("top1", 0.92, 10_000))
                .size(9_000_000)
                .build();
        Variant lean = variant("lean")
                .quality(new Quality("top1", 0.90, 10_000))
                .size(1)
                .macs(0)
                .build();

        // When / Then
        assertThat(names(decide(List.of(lean, good), Policy.unbounded()))).containsExactly("good", "lean");
        assertThat(names(decide(
                        List.of(lean, good), new Policy(null, null, null, null, null, Policy.Objective.LATENCY))))
                .containsExactly("lean", "good");
    }

    @Test
    void unmeasured_quality_loses_against_any_usable_one() {
        // Given
        Variant unknown = variant("a").quality(null).build();
        Variant known = variant("b").quality(new Quality("top1", 0.7, 100)).build();

        // When / Then
        assertThat(names(decide(List.of(unknown, known), Policy.unbounded()))).containsExactly("b", "a");
    }

    @Test
    void ties_fall_to_the_first_name_whatever_the_order_of_the_variants() {
        // Given
        List<Variant> variants = new ArrayList<>();
        for (String name : List.of("a", "b", "c", "d", "e", "f")) {
            variants.add(variant(name).build());
        }

        for (int seed = 0; seed < 20; seed++) {
            // When
            Collections.shuffle(variants, new Random(seed));
            FitDecision decision = decide(variants, Policy.unbounded());

            // Then
            assertThat(names(decision)).as("seed %d", seed).containsExactly("a", "b", "c", "d", "e", "f");
        }
    }

    @Test
    void the_parts_make_the_score() {
        // Given
        Variant variant = variant("a").build();
        Policy policy = new Policy(200.0, null, 8_000_000L, null, null, Policy.Objective.BALANCED);

        // When
        Ranked best = decide(List.of(variant), policy).chosen().orElseThrow();

        // Then 100 of 200 ms, 51 of 800 MB, 4 of 8 MB
        assertThat(best.parts().quality()).isEqualTo(100);
        assertThat(best.parts().latencyHeadroom()).isBetween(49.9, 50.1);
        assertThat(best.parts().memoryHeadroom()).isBetween(93.5, 93.7);
        assertThat(best.parts().changeCost()).isEqualTo(50);
        assertThat(best.score()).isBetween(73.3, 73.5);
    }

    @Test
    void a_devices_own_figure_decides_for_it_alone() {
        // Given
        Variant variant = variant("a").build();
        Policy policy = Fits.policy(200.0, null, null, null, null);
        FitEngine.Prepared fit = engine.prepare(
                List.of(variant),
                List.of(
                        measurement(variant, "slow", Fits.PROFILE, 400, 1_000),
                        measurement(variant, "d3", Fits.PROFILE, 80, 1_000),
                        measurement(variant, "d4", Fits.PROFILE, 80, 1_000)));

        // When
        FitDecision slow = fit.decide(subject("slow"), policy);
        FitDecision other = fit.decide(subject("d2"), policy);

        // Then
        assertThat(slow.rejections().get(0).reasons().get(0).text()).contains("440.00 ms", "measured on this device");
        assertThat(other.deviceId()).isEqualTo("d2");
        assertThat(other.ranking()).isNotEmpty();
        assertThat(other.ranking().get(0).latency().source()).isEqualTo(Source.PROFILE);
    }

    @Test
    void no_variants_are_no_fit() {
        // Given / When
        FitDecision decision = decide(List.of(), Policy.unbounded());

        // Then
        assertThat(decision.chosen()).isEmpty();
        assertThat(decision.rejections()).isEmpty();
    }

    @Test
    void a_decision_survives_its_json_form_with_the_text_of_each_reason() throws Exception {
        // Given
        ObjectMapper json = JsonCodec.mapper();
        FitDecision decision = decide(
                List.of(
                        variant("a").build(),
                        variant("b").provider("CUDAExecutionProvider").build()),
                Fits.policy(150.0, null, null, null, 0.85));

        // When
        JsonNode tree = json.valueToTree(decision);
        FitDecision read = json.treeToValue(tree, FitDecision.class);

        // Then
        assertThat(read).isEqualTo(decision);
        assertThat(tree.at("/rejections/0/reasons/0/text").asText()).startsWith("execution provider: needs CUDA");
        assertThat(tree.at("/ranking/0/variant").asText()).isEqualTo("net@1/a");
    }

    private FitDecision decide(List<Variant> variants, Policy policy) {
        return engine.prepare(variants, List.of()).decide(subject("d1"), policy);
    }

    private static Subject subject(String id) {
        return new Subject(
                device(
                        id,
                        Fits.PROFILE,
                        capabilities(1_000_000_000, 10_000_000, 17, List.of(ExecutionSettings.CPU), Set.of(), false)),
                Set.of(),
                Set.of());
    }

    private static List<String> names(FitDecision decision) {
        return decision.ranking().stream().map(it -> it.variant().variant()).toList();
    }
}
