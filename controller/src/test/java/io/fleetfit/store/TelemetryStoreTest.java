package io.fleetfit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fleetfit.telemetry.TelemetryStore;
import io.fleetfit.telemetry.TelemetryStore.SlotSummary;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Backend.class)
class TelemetryStoreTest {
    private final TelemetryStore store;

    TelemetryStoreTest(Backend backend) {
        store = backend.emptied().telemetryStore();
    }

    @Test
    void countsABatchThatComesTwiceOnce() {
        assertThat(store.store(Samples.batch("pi-1", 1, 5), Samples.AT)).isTrue();
        assertThat(store.store(Samples.batch("pi-1", 1, 5), Samples.AT.plusSeconds(9)))
                .isFalse();
        assertThat(store.store(Samples.batch("pi-2", 1, 5), Samples.AT)).isTrue();

        assertThat(store.summaries("pi-1", Samples.AT))
                .singleElement()
                .extracting(SlotSummary::inferences)
                .isEqualTo(10L);
    }

    @Test
    void sumsTheWindowsThatEndAfterATime() {
        store.store(Samples.batch("pi-1", 1, 1000), Samples.AT);
        store.store(Samples.batch("pi-1", 2, 5), Samples.AT);
        store.store(Samples.batch("pi-1", 3, 20), Samples.AT);

        List<SlotSummary> summaries = store.summaries("pi-1", Samples.AT.plusSeconds(60));

        assertThat(summaries).singleElement().satisfies(summary -> {
            assertThat(summary.inferences()).isEqualTo(20);
            assertThat(summary.errors()).isEqualTo(2);
            assertThat(summary.classes()).containsExactly(8L, 12L);
            assertThat(summary.latency().count()).isEqualTo(20);
            assertThat(summary.latency().quantile(0.25)).isCloseTo(5, within(0.1));
            assertThat(summary.latency().quantile(0.95)).isCloseTo(20, within(0.4));
            assertThat(summary.from()).isEqualTo(Samples.AT.plusSeconds(60));
            assertThat(summary.to()).isEqualTo(Samples.AT.plusSeconds(180));
        });
    }

    @Test
    void givesTheNewestBatchesAndBoard() {
        store.store(Samples.batch("pi-1", 2, 5), Samples.AT);
        store.store(Samples.batch("pi-1", 1, 5), Samples.AT);

        assertThat(store.newest("pi-1", 1)).containsExactly(Samples.batch("pi-1", 2, 5));
        assertThat(store.newest("pi-1", 5)).containsExactly(Samples.batch("pi-1", 2, 5), Samples.batch("pi-1", 1, 5));
        assertThat(store.newestSystem("pi-1"))
                .contains(Samples.batch("pi-1", 2, 5).system());
        assertThat(store.newestSystem("pi-2")).isEmpty();
    }

    @Test
    void forgetsWhatIsOld() {
        store.store(Samples.batch("pi-1", 1, 5), Samples.AT);
        store.store(Samples.batch("pi-1", 2, 5), Samples.AT);

        assertThat(store.deleteBefore(Samples.AT.plusSeconds(61))).isEqualTo(1);

        assertThat(store.newest("pi-1", 5)).containsExactly(Samples.batch("pi-1", 2, 5));
    }

    @Test
    void keepsTheSumsWhenItSumsUpHours() {
        for (long sequence = 1; sequence <= 150; sequence++) {
            store.store(Samples.batch("pi-1", sequence, (double) sequence), Samples.AT);
        }
        store.store(Samples.batch("pi-2", 1, 5), Samples.AT);
        List<SlotSummary> before = store.summaries("pi-1", Samples.AT);
        Instant twoHoursLater = Samples.AT.plusSeconds(7_200);

        long summedUp = store.sumUpBefore(twoHoursLater.plusSeconds(600));

        assertThat(summedUp).isEqualTo(120);
        assertThat(store.summaries("pi-1", Samples.AT)).isEqualTo(before);
        assertThat(store.newest("pi-1", 1_000)).hasSize(31 + 2);
        assertThat(store.newestSystem("pi-1"))
                .contains(Samples.batch("pi-1", 150, 5).system());
        assertThat(store.sumUpBefore(twoHoursLater.plusSeconds(600))).isZero();
    }

    @Test
    void countsABatchThatWasSummedUpOnceEvenIfItComesAgain() {
        store.store(Samples.batch("pi-1", 1, 5), Samples.AT);
        store.store(Samples.batch("pi-1", 3, 5), Samples.AT);
        Instant later = Samples.AT.plusSeconds(7_200);
        store.sumUpBefore(later);

        assertThat(store.store(Samples.batch("pi-1", 1, 5), later)).isFalse();
        assertThat(store.store(Samples.batch("pi-1", 2, 5), later)).isTrue();
        store.sumUpBefore(later);

        assertThat(store.store(Samples.batch("pi-1", 2, 5), later)).isFalse();
        assertThat(store.newest("pi-1", 10)).singleElement().satisfies(hour -> assertThat(hour.mergedBatches())
                .isEqualTo(3));
        assertThat(store.summaries("pi-1", Samples.AT))
                .singleElement()
                .extracting(SlotSummary::inferences)
                .isEqualTo(30L);
        assertThat(store.deleteBefore(later)).isEqualTo(1);
    }
}
