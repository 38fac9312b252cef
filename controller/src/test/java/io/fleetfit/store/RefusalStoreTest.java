package io.fleetfit.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetfit.fleet.DeviceRefusal;
import io.fleetfit.fleet.RefusalStore;
import io.fleetfit.protocol.ErrorCode;
import io.fleetfit.protocol.Golden;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.protocol.UpdateError;
import io.fleetfit.registry.GoldenStore;
import io.fleetfit.registry.Model;
import io.fleetfit.registry.ModelVersion;
import io.fleetfit.registry.RegistryStore;
import io.fleetfit.registry.VariantRef;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Backend.class)
class RefusalStoreTest {
    private static final VariantRef VARIANT = VariantRef.parse("textdir@1/fp32");

    private final Database database;
    private final RefusalStore refusals;
    private final GoldenStore golden;

    RefusalStoreTest(Backend backend) {
        database = backend.emptied();
        refusals = database.refusalStore();
        golden = database.goldenStore();
    }

    @BeforeEach
    void variantAndDevice() {
        RegistryStore registry = database.registryStore();
        registry.insertModel(new Model(
                "textdir",
                new ModelContract(ModelContract.Task.TENSOR, List.of(), List.of(), null, false, List.of(), "top1"),
                Map.of(),
                Samples.AT));
        registry.insertVersion(new ModelVersion("textdir", "1", Samples.digest("source"), Map.of(), Samples.AT));
        registry.insertVariant(Samples.variant("textdir@1/fp32"));
        database.fleetStore().upsertDevice(Samples.device("pi-1", "pi", Map.of()));
    }

    private static DeviceRefusal refusal(String device, double needed) {
        return new DeviceRefusal(
                device,
                VARIANT,
                new UpdateError(ErrorCode.BUDGET_LATENCY, "slow", needed, 50.0),
                null,
                "1.29.0",
                Samples.AT);
    }

    @Test
    void keepsTheNewestRefusalUntilTheVariantRuns() {
        refusals.put(refusal("pi-1", 61));
        refusals.put(refusal("pi-1", 63));

        assertThat(refusals.ofVersion("textdir", "1")).containsExactly(refusal("pi-1", 63));
        assertThat(refusals.of("pi-1", "textdir", "1")).containsExactly(refusal("pi-1", 63));
        assertThat(refusals.of("pi-2", "textdir", "1")).isEmpty();

        refusals.remove("pi-1", VARIANT);
        assertThat(refusals.ofVersion("textdir", "1")).isEmpty();
    }

    @Test
    void dropsTheRefusalOfADeviceThatIsGone() {
        refusals.put(refusal("gone", 61));

        assertThat(refusals.ofVersion("textdir", "1")).isEmpty();
    }

    @Test
    void goldenOutputsStandAsTheyWereFirstMade() {
        GoldenStore.Made none = new GoldenStore.Made(Optional.empty());
        GoldenStore.Made some = new GoldenStore.Made(Optional.of(new Golden(
                List.of(new Golden.GoldenCase(
                        List.of(new Golden.GoldenInput("x", "FP32", List.of(1L), 1, 1, 0, 1)), List.of())),
                1e-5,
                1e-3)));

        assertThat(golden.golden(VARIANT)).isEmpty();
        assertThat(golden.putGolden(VARIANT, none)).isEqualTo(none);
        assertThat(golden.putGolden(VARIANT, some)).isEqualTo(none);
        assertThat(golden.golden(VARIANT)).contains(none);
    }
}
