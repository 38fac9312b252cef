package io.fleetfit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetfit.protocol.Digest;
import io.fleetfit.registry.Measurement;
import io.fleetfit.registry.NotFound;
import io.fleetfit.registry.Quality;
import io.fleetfit.registry.RegistryStore;
import io.fleetfit.registry.RegistryStore.AlreadyExists;
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
class RegistryStoreTest {
    private final RegistryStore store;

    RegistryStoreTest(Backend backend) {
        store = backend.emptied().registryStore();
    }

    @BeforeEach
    void givenAModelWithTwoVersionsAndAVariant() {
        store.insertModel(Samples.model("textdir"));
        store.insertVersion(Samples.version("textdir", "1"));
        store.insertVersion(Samples.version("textdir", "2"));
        store.insertVariant(Samples.variant("textdir@1/fp32"));
    }

    @Test
    void readsBackWhatWasWritten() {
        assertThat(store.model("textdir")).contains(Samples.model("textdir"));
        assertThat(store.models()).containsExactly(Samples.model("textdir"));
        assertThat(store.version("textdir", "1")).contains(Samples.version("textdir", "1"));
        assertThat(store.variant(VariantRef.parse("textdir@1/fp32"))).contains(Samples.variant("textdir@1/fp32"));
        assertThat(store.variants("textdir", "1")).containsExactly(Samples.variant("textdir@1/fp32"));
        assertThat(store.variants("textdir", "2")).isEmpty();
    }

    @Test
    void listsVersionsNewestFirst() {
        assertThat(store.versions("textdir"))
                .containsExactly(Samples.version("textdir", "2"), Samples.version("textdir", "1"));
    }

    @Test
    void refusesTakenNamesAndMissingParents() {
        assertThatThrownBy(() -> store.insertModel(Samples.model("textdir")))
                .isInstanceOf(AlreadyExists.class)
                .hasMessageContaining("model 'textdir'");
        assertThatThrownBy(() -> store.insertVersion(Samples.version("textdir", "1")))
                .isInstanceOf(AlreadyExists.class);
        assertThatThrownBy(() -> store.insertVariant(Samples.variant("textdir@1/fp32")))
                .isInstanceOf(AlreadyExists.class);
        assertThatThrownBy(() -> store.insertVersion(Samples.version("absent", "1")))
                .isInstanceOf(NotFound.class)
                .hasMessageContaining("model 'absent'");
        assertThatThrownBy(() -> store.insertVariant(Samples.variant("textdir@3/fp32")))
                .isInstanceOf(NotFound.class);
        assertThatThrownBy(() -> store.setAlias("textdir", "production", "3")).isInstanceOf(NotFound.class);
        assertThatThrownBy(() -> store.setVersionTags("textdir", "3", Map.of())).isInstanceOf(NotFound.class);
    }

    @Test
    void movesAliases() {
        store.setAlias("textdir", "production", "1");
        store.setAlias("textdir", "production", "2");
        store.setAlias("textdir", "candidate", "2");
        store.deleteAlias("textdir", "candidate");

        assertThat(store.aliases("textdir")).containsExactly(Map.entry("production", "2"));
    }

    @Test
    void changesTagsAndQuality() {
        store.setVersionTags("textdir", "1", Map.of("stage", "é ✓"));
        store.setQuality(VariantRef.parse("textdir@1/fp32"), new Quality("top1", 0.99, 300));

        assertThat(store.version("textdir", "1").orElseThrow().tags()).containsEntry("stage", "é ✓");
        assertThat(store.variant(VariantRef.parse("textdir@1/fp32")).map(Variant::quality))
                .contains(new Quality("top1", 0.99, 300));
    }

    @Test
    void keepsTheIntervalOfAQuality() {
        Quality quality = new Quality("top1", 0.99, 300, 0.97, 0.998);

        store.setQuality(VariantRef.parse("textdir@1/fp32"), quality);

        assertThat(store.variant(VariantRef.parse("textdir@1/fp32")).map(Variant::quality))
                .contains(quality);
    }

    @Test
    void deletesEverythingBelow() {
        store.setAlias("textdir", "production", "1");
        store.addMeasurement(Samples.measurement("textdir@1/fp32", "pi-1", 1, 10));

        store.deleteVersion("textdir", "1");

        assertThat(store.aliases("textdir")).isEmpty();
        assertThat(store.variants("textdir", "1")).isEmpty();
        assertThat(store.measurements("textdir", "1", 10)).isEmpty();
        assertThat(store.referencedBlobs())
                .containsExactly(Samples.version("textdir", "2").source());
        store.deleteModel("textdir");
        assertThat(store.versions("textdir")).isEmpty();
        assertThat(store.referencedBlobs()).isEmpty();
    }

    @Test
    void keepsTheNewestMeasurementOfEachKind() {
        store.insertVariant(Samples.variant("textdir@1/int8"));
        Measurement old = Samples.measurement("textdir@1/fp32", "pi-1", 1, 10);
        Measurement renewed = Samples.measurement("textdir@1/fp32", "pi-1", 2, 20);
        Measurement other = Samples.measurement("textdir@1/fp32", "pi-2", 3, 30);
        Measurement int8 = Samples.measurement("textdir@1/int8", "pi-1", 1, 5);
        List.of(old, renewed, other, int8).forEach(store::addMeasurement);

        assertThat(store.measurements("textdir", "1", 10)).containsExactly(other, renewed, int8);
        assertThat(store.measurements("textdir", "1", 1)).containsExactly(other, int8);
        assertThatThrownBy(() -> store.addMeasurement(Samples.measurement("textdir@1/none", "pi-1", 1, 5)))
                .isInstanceOf(NotFound.class);
    }

    @Test
    void namesEveryBlobInUse() {
        assertThat(store.referencedBlobs())
                .containsExactlyInAnyOrder(
                        Samples.version("textdir", "1").source(),
                        Samples.version("textdir", "2").source(),
                        Digest.of("textdir@1/fp32".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }
}
