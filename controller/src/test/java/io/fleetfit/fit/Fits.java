package io.fleetfit.fit;

import io.fleetfit.cost.DeviceRates;
import io.fleetfit.fit.FitEngine.Subject;
import io.fleetfit.fleet.Device;
import io.fleetfit.onnx.GraphSummary;
import io.fleetfit.onnx.GraphSummary.OperatorClass;
import io.fleetfit.protocol.Capabilities;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.registry.Measurement;
import io.fleetfit.registry.Quality;
import io.fleetfit.registry.Variant;
import io.fleetfit.registry.VariantRef;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Devices, variants and policies to change one thing of. */
public final class Fits {
    public static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    public static final String PROFILE = "board";

    /** 10⁹ multiply-accumulates take 100 ms, layers and traffic nothing worth mentioning; ±30 %; 200 MB reserved. */
    public static final DeviceRates.Source RATES = profile -> new DeviceRates(
            Map.of(OperatorClass.CONV_SPATIAL, profile.equals("fast-board") ? 100.0 : 10.0),
            2,
            1_000,
            0,
            0.3,
            200_000_000);

    private Fits() {}

    /** A variant whose cost model says 100 ms on {@link #PROFILE} and 51 MB. */
    public static VariantBuilder variant(String name) {
        return new VariantBuilder(name);
    }

    public static Subject subject(Capabilities capabilities) {
        return new Subject(device("d1", PROFILE, capabilities), Set.of(), Set.of());
    }

    public static Device device(String id, String profile, Capabilities capabilities) {
        return new Device(id, profile, capabilities, Map.of(), "1", true, NOW, NOW);
    }

    /** A device on which all of {@link #variant} fits. */
    public static Capabilities capabilities() {
        return capabilities(1_000_000_000, 10_000_000, 17, List.of(ExecutionSettings.CPU), Set.of("asimd"), false);
    }

    public static Capabilities capabilities(
            long memory, long storage, int opset, List<String> providers, Set<String> isa, boolean metered) {
        return new Capabilities(
                "aarch64", "Linux", null, null, null, null, 4, isa, memory, storage, storage, List.of(), providers, "1",
                opset, metered, false);
    }

    public static Policy policy(
            @Nullable Double p95,
            @Nullable Long memory,
            @Nullable Long download,
            @Nullable Long metered,
            @Nullable Double quality) {
        return new Policy(p95, memory, download, metered, quality, Policy.Objective.QUALITY);
    }

    public static Measurement measurement(Variant variant, String device, String profile, double p95, long samples) {
        return new Measurement(
                variant.ref(),
                device,
                profile,
                ExecutionSettings.CPU,
                4,
                p95,
                p95,
                samples,
                Measurement.Source.PRODUCTION,
                NOW);
    }

    /** Builds a variant. */
    public static final class VariantBuilder {
        private final String name;
        private String precision = "fp32";
        private String provider = ExecutionSettings.CPU;
        private Map<String, Integer> opsets = Map.of("", 13);
        private Set<String> operators = Set.of("Conv", "Relu");
        private long size = 4_000_000;
        private long macs = 1_000_000_000 / 11 * 10;
        private boolean estimated;
        private @Nullable Quality quality = new Quality("top1", 0.9, 1000);
        private Map<String, String> tags = Map.of();

        private VariantBuilder(String name) {
            this.name = name;
        }

        public VariantBuilder precision(String value) {
            precision = value;
            return this;
        }

        public VariantBuilder provider(String value) {
            provider = value;
            return this;
        }

        public VariantBuilder opsets(Map<String, Integer> value) {
            opsets = value;
            return this;
        }

        public VariantBuilder operators(Set<String> value) {
            operators = value;
            return this;
        }

        public VariantBuilder size(long value) {
            size = value;
            return this;
        }

        public VariantBuilder macs(long value) {
            macs = value;
            return this;
        }

        public VariantBuilder estimated() {
            estimated = true;
            return this;
        }

        public VariantBuilder quality(@Nullable Quality value) {
            quality = value;
            return this;
        }

        public VariantBuilder tags(Map<String, String> value) {
            tags = value;
            return this;
        }

        public Variant build() {
            GraphSummary summary = new GraphSummary(
                    opsets,
                    operators,
                    List.of(),
                    List.of(),
                    1_000_000,
                    size,
                    20_000_000,
                    Map.of(OperatorClass.CONV_SPATIAL, macs),
                    6_000_000,
                    0,
                    10,
                    estimated);
            return new Variant(
                    new VariantRef("net", "1", name),
                    Digest.of(name.getBytes(java.nio.charset.StandardCharsets.UTF_8)),
                    size,
                    "uploaded",
                    List.of(),
                    null,
                    precision,
                    new ExecutionSettings(provider, null, Map.of()),
                    summary,
                    quality,
                    tags,
                    NOW);
        }
    }
}
