package io.fleetfit.store;

import io.fleetfit.fleet.Device;
import io.fleetfit.fleet.SlotTarget;
import io.fleetfit.onnx.GraphSummary;
import io.fleetfit.protocol.Budget;
import io.fleetfit.protocol.Capabilities;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.LatencySketch;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.protocol.Protocol;
import io.fleetfit.protocol.ReportedState;
import io.fleetfit.protocol.TelemetryBatch;
import io.fleetfit.protocol.TensorSpec;
import io.fleetfit.registry.Measurement;
import io.fleetfit.registry.Model;
import io.fleetfit.registry.ModelVersion;
import io.fleetfit.registry.Variant;
import io.fleetfit.registry.VariantRef;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Records for the tests of the stores. */
final class Samples {
    static final Instant AT = Instant.parse("2026-11-01T12:00:00.123456Z");

    private Samples() {}

    static ModelContract contract() {
        return new ModelContract(
                ModelContract.Task.TENSOR,
                List.of(new TensorSpec("x", "FP32", List.of(-1L, 3L))),
                List.of(new TensorSpec("y", "FP32", List.of(-1L, 2L))),
                null,
                false,
                List.of(),
                "top1");
    }

    static Model model(String name) {
        return new Model(name, contract(), Map.of("team", "vision"), AT);
    }

    static ModelVersion version(String model, String version) {
        return new ModelVersion(model, version, digest(model + version), Map.of(), AT);
    }

    static Variant variant(String ref) {
        GraphSummary summary = new GraphSummary(
                Map.of("", 17),
                Set.of("Conv", "Relu"),
                contract().inputs(),
                contract().outputs(),
                10,
                40,
                40,
                Map.of(GraphSummary.OperatorClass.GEMM, 60L),
                100,
                200,
                2,
                false);
        return new Variant(
                VariantRef.parse(ref),
                digest(ref),
                1_234,
                "fp32",
                List.of("fold-batch-norm"),
                null,
                "fp32",
                ExecutionSettings.cpu(),
                summary,
                null,
                Map.of(),
                AT);
    }

    static Measurement measurement(String ref, String device, int secondsLater, double millis) {
        return new Measurement(
                VariantRef.parse(ref),
                device,
                "raspberry-pi-5",
                ExecutionSettings.CPU,
                4,
                millis,
                millis * 2,
                100,
                Measurement.Source.PRODUCTION,
                AT.plusSeconds(secondsLater));
    }

    static Capabilities capabilities(String arch) {
        return new Capabilities(
                arch,
                "Debian GNU/Linux 12",
                null,
                null,
                "0x41",
                "0xd08",
                4,
                Set.of("asimd"),
                4_000_000_000L,
                8_000_000_000L,
                7_000_000_000L,
                List.of(),
                List.of(ExecutionSettings.CPU),
                "1.29.0",
                24,
                false,
                false);
    }

    static Device device(String id, String profile, Map<String, String> labels) {
        return new Device(id, profile, capabilities("aarch64"), labels, "0.1.0", false, AT, null);
    }

    static SlotTarget target(String slot, String variant) {
        return new SlotTarget(slot, VariantRef.parse(variant), new Budget(50.0, null), "everywhere", "r-1");
    }

    static ReportedState reported(String device, String boot, long sequence) {
        return new ReportedState(Protocol.VERSION, device, boot, sequence, AT, sequence, List.of(), null);
    }

    static TelemetryBatch batch(String device, long sequence, double millis) {
        TelemetryBatch.SlotFigures figures = new TelemetryBatch.SlotFigures(
                "textdir",
                "textdir@1/fp32",
                ExecutionSettings.CPU,
                4,
                10,
                1,
                new LatencySketch(Map.of(LatencySketch.bucketOf(millis), 10L)),
                List.of(4L, 6L));
        return new TelemetryBatch(
                Protocol.VERSION,
                device,
                "spool-1",
                sequence,
                AT.plusSeconds(60 * (sequence - 1)),
                AT.plusSeconds(60 * sequence),
                0,
                new TelemetryBatch.SystemFigures(64_000_000, 12.5, 1_000_000_000, 2_000_000_000, 51.5, null),
                List.of(figures));
    }

    static Digest digest(String text) {
        return Digest.of(text.getBytes(StandardCharsets.UTF_8));
    }
}
