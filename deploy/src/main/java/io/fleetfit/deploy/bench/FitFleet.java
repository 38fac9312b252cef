package io.fleetfit.deploy.bench;

import io.fleetfit.fit.FitEngine.Subject;
import io.fleetfit.fleet.Device;
import io.fleetfit.onnx.GraphSummary;
import io.fleetfit.onnx.GraphSummary.OperatorClass;
import io.fleetfit.profiles.Profile;
import io.fleetfit.profiles.Profiles;
import io.fleetfit.protocol.Capabilities;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.registry.Measurement;
import io.fleetfit.registry.Quality;
import io.fleetfit.registry.Variant;
import io.fleetfit.registry.VariantRef;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;

/** A made-up fleet over the bundled profiles, and variants of a made-up model; the same for the same seed. */
final class FitFleet {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final List<String> PRECISIONS = List.of("fp32", "fp16-storage", "int8-weights", "int8");

    private final Random random;
    private final List<Profile> profiles;

    FitFleet(long seed) {
        random = new Random(seed);
        profiles = Profiles.bundled().all().stream()
                .filter(it -> !it.isAbstract() && it.memoryBytes() != null)
                .toList();
    }

    /** From 0.2 to 40 MB and 10 to 2,000 million multiply-accumulates; some for CUDA, some for newer opsets or CPUs. */
    List<Variant> variants(int count) {
        List<Variant> variants = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String precision = PRECISIONS.get(i % PRECISIONS.size());
            long size = Math.round(200_000 * Math.pow(200, random.nextDouble()));
            String provider = i % 10 == 9 ? "CUDAExecutionProvider" : ExecutionSettings.CPU;
            Map<String, String> tags = i % 8 == 3 ? Map.of("isa", "asimddp") : Map.of();
            String name = String.format("%s-%02d", precision, i);
            variants.add(new Variant(
                    new VariantRef("model", "1", name),
                    Digest.of(name.getBytes(StandardCharsets.UTF_8)),
                    size,
                    "uploaded",
                    List.of(),
                    null,
                    precision,
                    new ExecutionSettings(provider, null, Map.of()),
                    summary(size, i % 7 == 6 ? 21 : 13),
                    i % 13 == 12 ? null : new Quality("top1", 0.75 + 0.24 * random.nextDouble(), 1_000),
                    tags,
                    NOW));
        }
        return variants;
    }

    private GraphSummary summary(long size, int opset) {
        long macs = Math.round(10e6 * Math.pow(200, random.nextDouble()));
        return new GraphSummary(
                Map.of("", opset),
                Set.of("Conv", "Relu", "Add", "GlobalAveragePool", "Gemm"),
                List.of(),
                List.of(),
                size / 4,
                size,
                size * 2,
                Map.of(
                        OperatorClass.CONV_POINTWISE, macs * 6 / 10,
                        OperatorClass.CONV_SPATIAL, macs * 3 / 10,
                        OperatorClass.CONV_DEPTHWISE, macs / 10),
                8_000_000,
                30_000_000,
                80,
                false);
    }

    /** No two devices report the same memory and storage; one in ten is metered, one in three holds a variant. */
    List<Subject> devices(int count, List<Variant> variants) {
        List<Subject> devices = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            Profile profile = profiles.get(random.nextInt(profiles.size()));
            Set<Digest> held = random.nextInt(3) == 0
                    ? Set.of(variants.get(random.nextInt(variants.size())).blob())
                    : Set.of();
            Set<VariantRef> failed = random.nextInt(100) == 0
                    ? Set.of(variants.get(random.nextInt(variants.size())).ref())
                    : Set.of();
            Device device = new Device(
                    String.format("device-%06d", i),
                    profile.name(),
                    capabilities(profile),
                    Map.of(),
                    "1",
                    true,
                    NOW,
                    NOW);
            devices.add(new Subject(device, held, failed));
        }
        return devices;
    }

    private Capabilities capabilities(Profile profile) {
        long memory = Objects.requireNonNull(profile.memoryBytes()).value();
        long storage = 1_000_000 + Math.round(60e6 * random.nextDouble());
        return new Capabilities(
                profile.arch().value(),
                "Linux",
                null,
                null,
                null,
                null,
                profile.cores().value(),
                new HashSet<>(profile.isaFeatures().value()),
                Math.round(memory * (0.9 + 0.09 * random.nextDouble())),
                storage,
                Math.round(storage * random.nextDouble()),
                profile.accelerators().value(),
                profile.executionProviders().value(),
                "1.29.0",
                random.nextInt(20) == 0 ? 17 : 23,
                random.nextInt(10) == 0,
                false);
    }

    /** One device in fifty has measured three variants, on most profiles. */
    List<Measurement> measurements(List<Subject> devices, List<Variant> variants) {
        Map<String, Double> speeds = new HashMap<>();
        List<Measurement> measurements = new ArrayList<>();
        for (int i = 0; i < devices.size(); i += 50) {
            Device device = devices.get(i).device();
            double speed = speeds.computeIfAbsent(device.profile(), key -> 0.5 + random.nextDouble());
            for (int k = 0; k < 3; k++) {
                Variant variant = variants.get(random.nextInt(variants.size() / 2));
                double p95 = variant.summary().totalMacs() / 2e7 * speed * (0.9 + 0.2 * random.nextDouble());
                measurements.add(new Measurement(
                        variant.ref(),
                        device.id(),
                        device.profile(),
                        variant.settings().provider(),
                        4,
                        p95 * 0.9,
                        p95,
                        500,
                        Measurement.Source.PRODUCTION,
                        NOW));
            }
        }
        return measurements;
    }
}
