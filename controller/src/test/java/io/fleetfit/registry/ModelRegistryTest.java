package io.fleetfit.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.TensorSpec;
import io.fleetfit.store.FileBlobStore;
import io.fleetfit.store.MovingClock;
import io.fleetfit.store.TestStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelRegistryTest {
    private static final Instant NOW = Instant.parse("2026-11-01T12:00:00Z");
    private static final VariantRef FP32 = VariantRef.parse("textdir@1/fp32");

    @TempDir
    Path temporary;

    private final MovingClock clock = new MovingClock(NOW);
    private final AtomicLong devices = new AtomicLong();
    private FileBlobStore blobs;
    private ModelRegistry registry;
    private Digest blob;

    @BeforeEach
    void givenAModelAndABlob() throws IOException {
        blobs = new FileBlobStore(temporary.resolve("blobs"), clock);
        registry = new ModelRegistry(
                TestStores.emptyDatabase().registryStore(), blobs, (model, version, variant) -> devices.get(), clock);
        registry.createModel("textdir", TestStores.contract(), Map.of());
        byte[] bytes = {1, 2, 3};
        blob = Digest.of(bytes);
        blobs.adopt(Files.write(temporary.resolve("file"), bytes), blob);
    }

    @Test
    void numbersVersionsThatHaveNoName() {
        assertThat(registry.addVersion("textdir", null, blob, Map.of()).version())
                .isEqualTo("1");
        registry.addVersion("textdir", "v-nine", blob, Map.of());
        registry.addVersion("textdir", "9", blob, Map.of());

        ModelVersion numbered = registry.addVersion("textdir", null, blob, Map.of("a", "b"));

        assertThat(numbered).isEqualTo(new ModelVersion("textdir", "10", blob, Map.of("a", "b"), NOW));
        assertThat(registry.versions("textdir"))
                .extracting(ModelVersion::version)
                .containsExactly("10", "9", "v-nine", "1");
    }

    @Test
    void resolvesVersionsAndAliases() {
        registry.addVersion("textdir", null, blob, Map.of());
        registry.addVersion("textdir", null, blob, Map.of());
        registry.setAlias("textdir", "production", "1");
        registry.setAlias("textdir", "production", "2");

        assertThat(registry.resolve("textdir", "production").version()).isEqualTo("2");
        assertThat(registry.resolve("textdir", "1").version()).isEqualTo("1");
        assertThatThrownBy(() -> registry.resolve("textdir", "3"))
                .isInstanceOfSatisfying(
                        NotFound.class,
                        e -> assertThat(e.remedy()).contains("[2, 1]").contains("production"));
        assertThatThrownBy(() -> registry.resolve("absent", "1")).isInstanceOf(NotFound.class);
    }

    @Test
    void keepsAliasesAndVersionsApart() {
        registry.addVersion("textdir", "stable", blob, Map.of());
        registry.setAlias("textdir", "production", "stable");

        assertThatThrownBy(() -> registry.setAlias("textdir", "stable", "stable"))
                .isInstanceOf(Conflict.class);
        assertThatThrownBy(() -> registry.setAlias("textdir", "12", "stable")).isInstanceOf(Conflict.class);
        assertThatThrownBy(() -> registry.addVersion("textdir", "production", blob, Map.of()))
                .isInstanceOf(Conflict.class);
        registry.deleteAlias("textdir", "production");
        assertThatThrownBy(() -> registry.deleteAlias("textdir", "production")).isInstanceOf(NotFound.class);
    }

    @Test
    void refusesTakenAndBadNamesAndAbsentBlobs() {
        registry.addVersion("textdir", "1", blob, Map.of());

        assertThatThrownBy(() -> registry.createModel("textdir", TestStores.contract(), Map.of()))
                .isInstanceOf(Conflict.class);
        assertThatThrownBy(() -> registry.createModel("Text Dir", TestStores.contract(), Map.of()))
                .isInstanceOfSatisfying(Invalid.class, e -> {
                    assertThat(e.field()).isEqualTo("model");
                    assertThat(e.value()).isEqualTo("Text Dir");
                    assertThat(e.remedy()).contains("a-z");
                });
        assertThatThrownBy(() -> registry.addVersion("textdir", "1", blob, Map.of()))
                .isInstanceOf(Conflict.class);
        assertThatThrownBy(() -> registry.addVersion("textdir", null, Digest.of(new byte[] {9}), Map.of()))
                .isInstanceOf(NotFound.class)
                .hasMessageContaining("blob");
        assertThatThrownBy(() -> registry.addVersion("textdir", null, blob, Map.of(" ", "x")))
                .isInstanceOf(Invalid.class);
    }

    @Test
    void registersVariantsOnce() {
        registry.addVersion("textdir", "1", blob, Map.of());
        Variant variant = TestStores.variant("textdir@1/fp32", blob, null);

        Variant added = registry.addVariant(variant);

        assertThat(added.createdAt()).isEqualTo(NOW);
        assertThat(registry.variant(FP32)).isEqualTo(added);
        assertThat(registry.variants("textdir", "1")).containsExactly(added);
        assertThatThrownBy(() -> registry.addVariant(variant)).isInstanceOf(Conflict.class);
        assertThatThrownBy(() -> registry.addVariant(TestStores.variant("textdir@2/fp32", blob, null)))
                .isInstanceOf(NotFound.class);
    }

    @Test
    void refusesAVariantThatBreaksTheContract() {
        registry.createModel(
                "other",
                TestStores.contractOf(
                        new TensorSpec("x", "FP32", List.of(-1L, 4L)), new TensorSpec("z", "FP32", List.of())),
                Map.of());
        registry.addVersion("other", "1", blob, Map.of());

        assertThatThrownBy(() -> registry.addVariant(TestStores.variant("other@1/fp32", blob, null)))
                .isInstanceOf(Invalid.class)
                .hasMessageContaining("input 'x' is FP32[-1, 3], the contract says FP32[-1, 4]")
                .hasMessageContaining("output 'z' is missing")
                .hasMessageContaining("output 'y' is not in the contract");
    }

    @Test
    void keepsWhatIsInUse() {
        registry.addVersion("textdir", "1", blob, Map.of());
        registry.addVariant(TestStores.variant("textdir@1/fp32", blob, null));
        registry.addVariant(TestStores.variant("textdir@1/int8", blob, FP32));
        registry.setAlias("textdir", "production", "1");

        assertThatThrownBy(() -> registry.deleteVariant(FP32))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("textdir@1/int8");
        assertThatThrownBy(() -> registry.deleteVersion("textdir", "1"))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("production");
        registry.deleteAlias("textdir", "production");
        devices.set(12);
        assertThatThrownBy(() -> registry.deleteVersion("textdir", "1"))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("12 devices");
        assertThatThrownBy(() -> registry.deleteVariant(VariantRef.parse("textdir@1/int8")))
                .isInstanceOf(Conflict.class);
        assertThatThrownBy(() -> registry.deleteModel("textdir")).isInstanceOf(Conflict.class);
        devices.set(0);
        registry.deleteVersion("textdir", "1");
        registry.deleteModel("textdir");
        assertThat(registry.models()).isEmpty();
    }

    @Test
    void takesTheQualityOfTheContractsMetric() {
        registry.addVersion("textdir", "1", blob, Map.of());
        registry.addVariant(TestStores.variant("textdir@1/fp32", blob, null));

        registry.setQuality(FP32, new Quality("top1", 0.98, 300));

        assertThat(registry.variant(FP32).quality()).isEqualTo(new Quality("top1", 0.98, 300));
        assertThatThrownBy(() -> registry.setQuality(FP32, new Quality("f1", 0.98, 300)))
                .isInstanceOf(Invalid.class)
                .hasMessageContaining("f1");
    }
}
