package io.fleetfit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetfit.compress.Finding;
import io.fleetfit.compress.Lineage;
import io.fleetfit.compress.Recipe;
import io.fleetfit.compress.Recipes;
import io.fleetfit.compress.ReportStore;
import io.fleetfit.compress.Target;
import io.fleetfit.compress.VariantReport;
import io.fleetfit.compress.evaluate.Evaluation;
import io.fleetfit.compress.search.DataChoice;
import io.fleetfit.compress.search.SearchReport;
import io.fleetfit.compress.search.SearchTarget;
import io.fleetfit.registry.NotFound;
import io.fleetfit.registry.RegistryStore;
import io.fleetfit.registry.Variant;
import io.fleetfit.registry.VariantRef;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Backend.class)
class ReportStoreTest {
    private static final VariantRef FP32 = VariantRef.parse("textdir@1/fp32");

    private final RegistryStore registry;
    private final ReportStore store;

    ReportStoreTest(Backend backend) {
        Database database = backend.emptied();
        registry = database.registryStore();
        store = database.reportStore();
    }

    @BeforeEach
    void givenAVariant() {
        registry.insertModel(Samples.model("textdir"));
        registry.insertVersion(Samples.version("textdir", "1"));
        registry.insertVariant(Samples.variant(FP32.toString()));
    }

    private static Evaluation evaluation() {
        return new Evaluation(
                300,
                new Evaluation.Estimate("top1", 0.99, 0.97, 1),
                new Evaluation.Estimate("top1", 0.99, 0.97, 1),
                new Evaluation.Estimate("agreement", 1, 0.98, 1),
                1,
                Double.POSITIVE_INFINITY,
                List.of(new Evaluation.ClassChange(1, "180", 1, 0.98, 150)),
                new Evaluation.LatencyRatio("a CPU", 1, 2, 4, 2, 1.9, 2.1));
    }

    private static VariantReport report(String target) {
        return new VariantReport(
                new Lineage(
                        Samples.digest("parent"),
                        "fp32",
                        Samples.digest("recipe"),
                        List.of("drop-unused"),
                        null,
                        "fleetfit 1"),
                evaluation(),
                "scenes:validation",
                List.of(target),
                List.of(new Finding("drop-unused", "x", "left as it was")));
    }

    private static SearchReport search(double seconds) {
        Recipe recipe = Recipes.find(Recipes.FP32).orElseThrow();
        Variant variant = Samples.variant(FP32.toString());
        return new SearchReport(
                List.of(new SearchTarget("pi", Target.ARM, false)),
                0.01,
                1.25,
                null,
                new DataChoice("scenes", Samples.digest("scenes"), null, 300, 1),
                List.of(new SearchReport.Member(
                        "fp32",
                        recipe,
                        variant.blob(),
                        1_234,
                        recipe.passTexts(),
                        recipe.settings(),
                        variant.summary(),
                        null,
                        List.of(),
                        evaluation(),
                        "loses nothing",
                        List.of("pi"))),
                Map.of("pi", List.of("fp32")),
                List.of(new SearchReport.Dropped("int8", null, "loses 4 points", 300L, null)),
                null,
                seconds);
    }

    @Test
    void reads_back_the_newest_report_of_a_variant() {
        store.put(FP32, report("pi"));
        store.put(FP32, report("orin"));

        assertThat(store.reports("textdir", "1")).isEqualTo(Map.of(FP32, report("orin")));
        assertThat(store.reports("textdir", "2")).isEmpty();
    }

    @Test
    void a_report_goes_with_its_variant_and_needs_one() {
        store.put(FP32, report("pi"));

        registry.deleteVariant(FP32);

        assertThat(store.reports("textdir", "1")).isEmpty();
        assertThatThrownBy(() -> store.put(FP32, report("pi")))
                .isInstanceOf(NotFound.class)
                .hasMessageContaining("textdir@1/fp32");
    }

    @Test
    void reads_back_the_newest_search() {
        store.put("j-1", "textdir", "1", search(10));
        store.put("j-2", "textdir", "1", search(20));
        store.put("j-2", "textdir", "1", search(21));

        assertThat(store.newestSearch("textdir", "1")).contains(search(21));
        assertThat(store.newestSearch("textdir", "2")).isEmpty();
        registry.deleteVersion("textdir", "1");
        assertThat(store.newestSearch("textdir", "1")).isEmpty();
    }
}
