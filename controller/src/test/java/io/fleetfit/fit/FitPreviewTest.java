package io.fleetfit.fit;

import static io.fleetfit.fit.Fits.capabilities;
import static io.fleetfit.fit.Fits.device;
import static io.fleetfit.fit.Fits.variant;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetfit.fit.FitEngine.Subject;
import io.fleetfit.fit.Rejection.Kind;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.registry.Variant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FitPreviewTest {
    @Test
    void counts_what_each_profile_gets_and_why_the_rest_gets_nothing() {
        // Given two variants, and devices with room for both, for one, for none
        List<Variant> variants = List.of(
                variant("big").size(4_000_000).build(),
                variant("small").size(1_000_000).precision("int8-weights").build());
        FitPreview preview =
                new FitPreview(new StandardFitEngine(Fits.RATES).prepare(variants, List.of()), Policy.unbounded());

        // When
        for (int i = 0; i < 30; i++) {
            preview.add(subject("roomy" + i, "x", 9_000_000, 17));
        }
        for (int i = 0; i < 20; i++) {
            preview.add(subject("tight" + i, i < 5 ? "x" : "y", 2_000_000, 17));
        }
        for (int i = 0; i < 12; i++) {
            preview.add(subject("full" + i, "y", 10_000, 17));
        }
        preview.add(subject("old", "z", 2_000_000, 9));
        FitPreview.Summary summary = preview.summary();

        // Then
        assertThat(summary.total()).isEqualTo(63);
        assertThat(summary.perVariant()).hasSize(2);
        assertThat(summary.perVariant().get(0).variant().variant()).isEqualTo("big");
        assertThat(summary.perVariant().get(0).perProfile()).isEqualTo(Map.of("x", 30L));
        assertThat(summary.perVariant().get(1).perProfile()).isEqualTo(Map.of("x", 5L, "y", 15L));
        assertThat(summary.unfit()).isEqualTo(13);
        assertThat(summary.unfitPerProfile()).isEqualTo(Map.of("y", 12L, "z", 1L));
        assertThat(summary.noFit())
                .containsExactly(
                        new FitPreview.NoFit(
                                Kind.STORAGE, 13, 12, "full0", "storage for models: needs 4.0 MB, has 10.0 kB"),
                        new FitPreview.NoFit(Kind.OPSET, 1, 1, "old", "operator set: needs opset 13, has opset 9"));
        assertThat(summary.sample()).hasSize(10);
    }

    @Test
    void an_empty_version_blames_nothing_on_the_devices() {
        // Given
        FitPreview preview =
                new FitPreview(new StandardFitEngine(Fits.RATES).prepare(List.of(), List.of()), Policy.unbounded());

        // When
        preview.add(subject("d", "x", 1, 17));

        // Then
        assertThat(preview.summary().unfit()).isEqualTo(1);
        assertThat(preview.summary().noFit()).isEmpty();
    }

    private static Subject subject(String id, String profile, long storage, int opset) {
        return new Subject(
                device(
                        id,
                        profile,
                        capabilities(1_000_000_000, storage, opset, List.of(ExecutionSettings.CPU), Set.of(), false)),
                Set.of(),
                Set.of());
    }
}
