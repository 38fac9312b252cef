package io.fleetfit.agent.connect;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetfit.protocol.LatencySketch;
import io.fleetfit.protocol.Protocol;
import io.fleetfit.protocol.TelemetryAck;
import io.fleetfit.protocol.TelemetryBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {
    private static final Instant START = Instant.parse("2026-11-24T00:00:00Z");
    private static final Spool.Limits LIMITS = new Spool.Limits(16, 1 << 20);

    @TempDir
    Path folder;

    private Spool open() throws IOException {
        return Spool.open(folder, "device-1", LIMITS);
    }

    private static void add(Spool spool, int minute) {
        Instant from = START.plus(Duration.ofMinutes(minute));
        spool.add(
                from,
                from.plus(Duration.ofMinutes(1)),
                new TelemetryBatch.SystemFigures(minute, 1, 2, 3, null, null),
                List.of(new TelemetryBatch.SlotFigures(
                        "digits",
                        "digits@1/a",
                        "CPUExecutionProvider",
                        1,
                        10,
                        1,
                        new LatencySketch(Map.of(5, 10L)),
                        List.of(4L, 6L))),
                null);
    }

    private static List<TelemetryBatch> all(Spool spool) throws IOException {
        return spool.send(Integer.MAX_VALUE, Set.of());
    }

    @Test
    void keepsABatchUntilItIsStored() throws Exception {
        Spool spool = open();
        add(spool, 0);
        add(spool, 1);

        TelemetryBatch first = all(spool).get(0);
        spool.stored(first.spoolId(), List.of(first.sequence()));

        assertThat(all(open())).extracting(TelemetryBatch::sequence).containsExactly(first.sequence() + 1);
    }

    @Test
    void numbersGrowOverRestartsEvenWhenNothingIsLeft() throws Exception {
        Spool spool = open();
        add(spool, 0);
        TelemetryBatch first = all(spool).get(0);
        spool.stored(first.spoolId(), List.of(first.sequence()));

        Spool again = open();
        add(again, 1);

        TelemetryBatch second = all(again).get(0);
        assertThat(second.spoolId()).isEqualTo(first.spoolId());
        assertThat(second.sequence()).isGreaterThan(first.sequence());
    }

    @Test
    void aFullSpoolMergesAndLosesNoCount() throws Exception {
        Spool spool = open();

        for (int minute = 0; minute < 500; minute++) {
            add(spool, minute);
        }

        List<TelemetryBatch> batches = all(open());
        assertThat(batches).hasSizeLessThanOrEqualTo(16);
        assertThat(inferences(batches)).isEqualTo(5000);
        assertThat(batches.stream().mapToInt(batch -> batch.mergedBatches() + 1).sum())
                .isEqualTo(500);
        assertThat(batches.get(0).from()).isEqualTo(START);
        for (int i = 1; i < batches.size(); i++) {
            assertThat(batches.get(i).from()).isEqualTo(batches.get(i - 1).to());
        }
        assertThat(batches.get(0).slots().get(0).classes().get(0))
                .isEqualTo(4L * (batches.get(0).mergedBatches() + 1));
    }

    private static long inferences(List<TelemetryBatch> batches) {
        return batches.stream()
                .flatMap(batch -> batch.slots().stream())
                .mapToLong(TelemetryBatch.SlotFigures::inferences)
                .sum();
    }

    @Test
    void whatWasSentNeverChanges() throws Exception {
        Spool spool = open();
        add(spool, 0);
        add(spool, 1);
        List<TelemetryBatch> sent = all(spool);
        Spool again = open();

        for (int minute = 2; minute < 100; minute++) {
            add(again, minute);
        }

        assertThat(all(again).subList(0, 2)).isEqualTo(sent);
    }

    @Test
    void aPowerCutBetweenMergeAndDeletionCountsNothingTwice() throws Exception {
        Spool spool = open();
        for (int minute = 0; minute < 16; minute++) {
            add(spool, minute);
        }
        Map<Path, byte[]> before = new java.util.HashMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                before.put(file, Files.readAllBytes(file));
            }
        }
        add(spool, 16);
        for (Map.Entry<Path, byte[]> file : before.entrySet()) {
            if (!Files.exists(file.getKey())) {
                Files.write(file.getKey(), file.getValue());
            }
        }

        assertThat(inferences(all(open()))).isEqualTo(170);
    }

    @Test
    void sendsAFewAtATimeAndRepeatsWhatIsNotConfirmed() throws Exception {
        Spool spool = open();
        for (int minute = 0; minute < 12; minute++) {
            add(spool, minute);
        }
        long[] now = {0};
        List<byte[]> sent = new ArrayList<>();
        TelemetrySender sender = new TelemetrySender(spool, sent::add, () -> now[0], Duration.ofSeconds(30));

        sender.pump();
        assertThat(sent).hasSize(8);
        sender.pump();
        assertThat(sent).hasSize(8);
        now[0] += Duration.ofSeconds(31).toNanos();
        sender.pump();
        assertThat(sent).hasSize(16);
        TelemetryBatch first = all(spool).get(0);
        sender.acknowledged(new TelemetryAck(
                Protocol.VERSION, "device-1", first.spoolId(), List.of(first.sequence(), first.sequence() + 1)));

        assertThat(sent).hasSize(18);
        assertThat(spool.size()).isEqualTo(10);
    }

    @Test
    void ignoresAcknowledgementsForAnotherSpool() throws Exception {
        Spool spool = open();
        add(spool, 0);

        spool.stored("another", new HashSet<>(List.of(1L, 2L)));

        assertThat(spool.size()).isEqualTo(1);
    }
}
