package io.fleetfit.protocol;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One full example of each message; the golden files were written from these. */
final class MessageSamples {
    static final Instant AT = Instant.parse("2026-11-01T12:00:00Z");
    static final Digest BLOB = Digest.of(new byte[] {1, 2, 3});

    private MessageSamples() {}

    static Map<String, Object> all() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("hello", hello());
        all.put("desired-state", desired());
        all.put(
                "desired-envelope",
                new DsseEnvelope(
                        DsseEnvelope.DESIRED_STATE,
                        "e30=",
                        List.of(new DsseEnvelope.Signature("controller-1", "c2ln"))));
        all.put("variant-manifest", manifest());
        all.put("reported-state", reported());
        all.put(
                "chunk-request",
                new ChunkRequest(Protocol.VERSION, "pi-1", BLOB, ChunkRequest.Kind.CHUNK, List.of(0, 1, 7), true));
        all.put("telemetry-batch", telemetry());
        all.put("telemetry-ack", new TelemetryAck(Protocol.VERSION, "pi-1", "spool-1", List.of(41L, 42L)));
        all.put("presence", presence());
        return all;
    }

    static Capabilities capabilities() {
        return new Capabilities(
                "aarch64",
                "Debian GNU/Linux 12",
                "Raspberry Pi 4 Model B Rev 1.4",
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

    static Hello hello() {
        return new Hello(
                Protocol.VERSION,
                "pi-1",
                "0.1.0",
                "boot-1",
                AT,
                capabilities(),
                List.of(new HeldBlob(BLOB, 3)),
                reported());
    }

    static Presence presence() {
        return new Presence(Protocol.VERSION, "pi-1", "boot-1", false, AT);
    }

    static VariantManifest manifest() {
        ImageInput image = new ImageInput(
                192,
                48,
                ImageInput.Resize.PAD_RIGHT,
                ImageInput.Layout.NCHW,
                ImageInput.Channels.BGR,
                1.0 / 255,
                List.of(.5, .5, .5),
                List.of(.5, .5, .5));
        ModelContract contract = new ModelContract(
                ModelContract.Task.CLASSIFICATION,
                List.of(new TensorSpec("x", "FP32", List.of(-1L, 3L, 48L, 192L))),
                List.of(new TensorSpec("y", "FP32", List.of(-1L, 2L))),
                image,
                false,
                List.of("0", "180"),
                "top1");
        return new VariantManifest(
                Protocol.VERSION,
                "textdir",
                "1",
                "fp32",
                "fp32",
                "fp32",
                BLOB,
                3,
                Digest.of(new byte[] {4}),
                48,
                contract);
    }

    static DesiredState desired() {
        DsseEnvelope signed = new DsseEnvelope(
                DsseEnvelope.MANIFEST, "e30=", List.of(new DsseEnvelope.Signature("controller-1", "c2ln")));
        return new DesiredState(
                Protocol.VERSION,
                "pi-1",
                7,
                AT,
                AT.plusSeconds(86_400),
                List.of(new Assignment("textdir", signed, ExecutionSettings.cpu(), new Budget(50.0, null), 60)));
    }

    static ReportedState reported() {
        SlotReport slot = new SlotReport(
                "textdir",
                UpdateState.FAILED,
                AT,
                7,
                "textdir@2/fp32",
                "textdir@1/fp32",
                BLOB,
                new Progress(100, 40, 30),
                new UpdateError(ErrorCode.BUDGET_LATENCY, "p95 is 80 ms, the budget 50 ms", 80.0, 50.0),
                60.0,
                80.0,
                null);
        return new ReportedState(Protocol.VERSION, "pi-1", "boot-1", 12, AT, 7, List.of(slot), null);
    }

    static TelemetryBatch telemetry() {
        return new TelemetryBatch(
                Protocol.VERSION,
                "pi-1",
                "spool-1",
                42,
                AT,
                AT.plusSeconds(60),
                0,
                new TelemetryBatch.SystemFigures(60_000_000, 12.5, 1_000_000_000, 5_000_000_000L, 51.5, false),
                List.of(new TelemetryBatch.SlotFigures(
                        "textdir",
                        "textdir@1/fp32",
                        ExecutionSettings.CPU,
                        4,
                        3,
                        1,
                        new LatencySketch(Map.of(100, 2L, 101, 1L)),
                        List.of(2L, 1L))));
    }
}
