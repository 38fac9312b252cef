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
        all.put("hello-probed", helloProbed());
        all.put("desired-state-probe", desiredProbe());
        all.put("variant-manifest-golden", manifestGolden());
        all.put("reported-state-qualified", reportedQualified());
        all.put("telemetry-batch-probe", telemetryProbe());
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

    static Hello helloProbed() {
        Hello plain = hello();
        return new Hello(
                plain.protocol(),
                plain.deviceId(),
                plain.agentVersion(),
                plain.bootId(),
                plain.at(),
                plain.capabilities(),
                plain.held(),
                plain.reported(),
                new ProbeState("probe-1", AT, 2, 0));
    }

    static DesiredState desiredProbe() {
        DesiredState plain = desired();
        return new DesiredState(
                plain.protocol(),
                plain.deviceId(),
                plain.generation(),
                plain.issuedAt(),
                plain.expiresAt(),
                List.of(new Assignment(
                        "textdir",
                        plain.assignments().get(0).manifest(),
                        new ExecutionSettings(
                                ExecutionSettings.CPU,
                                2,
                                Map.of("session.x64quantprecision", "1"),
                                ExecutionSettings.Optimization.EXTENDED),
                        Budget.none(),
                        60)),
                3L);
    }

    static VariantManifest manifestGolden() {
        VariantManifest plain = manifest();
        Golden golden = new Golden(
                List.of(new Golden.GoldenCase(
                        List.of(new Golden.GoldenInput("x", "FP32", List.of(1L, 3L, 48L, 192L), 7, 4, -1, 1)),
                        List.of(new Golden.GoldenOutput("y", List.of(1L, 2L), List.of(0.75, 0.25))))),
                1e-5,
                1e-3);
        return new VariantManifest(
                plain.protocol(),
                plain.model(),
                plain.version(),
                plain.variant(),
                plain.recipe(),
                plain.precision(),
                plain.blob(),
                plain.size(),
                plain.indexDigest(),
                plain.indexSize(),
                plain.contract(),
                golden);
    }

    static ReportedState reportedQualified() {
        SlotReport slot = new SlotReport(
                "textdir",
                UpdateState.FAILED,
                AT,
                7,
                "textdir@2/fp32",
                "textdir@1/fp32",
                BLOB,
                new Progress(100, 100, 100),
                new UpdateError(ErrorCode.BUDGET_LATENCY, "p95 is 61 ms, the budget 50 ms", 61.0, 50.0),
                48.0,
                61.0,
                null,
                new Qualification(
                        Qualification.Outcome.TOO_SLOW,
                        ExecutionSettings.CPU,
                        4,
                        60,
                        35.5,
                        48.0,
                        61.0,
                        30_000_000L,
                        2e-6,
                        4e-6,
                        1500));
        return new ReportedState(Protocol.VERSION, "pi-1", "boot-1", 12, AT, 7, List.of(slot), null);
    }

    static TelemetryBatch telemetryProbe() {
        TelemetryBatch plain = telemetry();
        ProbeReport probe = new ProbeReport(
                "probe-1",
                ProbeReport.Cause.REQUEST,
                3L,
                AT,
                14_000,
                1_000,
                true,
                false,
                new ProbeReport.RuntimeFingerprint("1.29.0", List.of(ExecutionSettings.CPU), "aarch64", 4, BLOB),
                1_000_000_000,
                42e6,
                18e6,
                new ProbeReport.PowerFigures("pmic", 2.7, 5.9),
                List.of(new ProbeReport.ProbeRate(
                        "conv-3x3", "int8", ExecutionSettings.CPU, 4, "GMAC/s", 14.2, 13.8, 14.4, 20)));
        return new TelemetryBatch(
                plain.protocol(),
                plain.deviceId(),
                plain.spoolId(),
                plain.sequence(),
                plain.from(),
                plain.to(),
                plain.mergedBatches(),
                plain.system(),
                plain.slots(),
                probe);
    }
}
